/** Messages by queue (or topic, or stream), partition and action. For consumers that use this side as a library. */
import type { Registry } from 'prom-client';
import { LabelBudget, otherLabel } from '../decision/label-budget.ts';
import { type CountHandle, HotCounter } from './hot-counter.ts';
import { oncePerRegistry } from './once-per-registry.ts';

export const partitionActions = ['send', 'receive', 'delete'] as const;
export type PartitionAction = (typeof partitionActions)[number];

export interface PartitionObserver {
  /** Counts one message. An action that is not known is dropped: a misspelt word must not end the process. */
  readonly observe: (queue: string, partition: number, action: PartitionAction) => void;
}

const metricName = 'kinesis_autoscaler_partition_messages_total';
/** Partitions from here on share `_other`. */
const maxPartitions = 1_024;

/** Slots of the label budget are never freed: a counter whose series comes and goes loses what it had counted. */
export function createPartitionObserver(registry: Registry | undefined): PartitionObserver {
  if (registry === undefined) return { observe: () => {} };
  return oncePerRegistry(registry, `${metricName} observer`, () => {
    const queues = new LabelBudget();
    const labelNames = ['queue', 'partition', 'action'] as const;
    const messages = new HotCounter(
      { name: metricName, help: 'Messages by queue, partition and action.', labelNames },
      registry,
    );
    // As many as there are series: the labels are bounded.
    const handles = new Map<string, CountHandle>();
    return {
      observe: (queue, partition, action) => {
        if (!partitionActions.includes(action)) return;
        const labels = { queue: queues.admit(queue), partition: toPartitionLabel(partition), action };
        const key = `${labels.partition} ${action} ${labels.queue}`;
        const handle = handles.get(key) ?? messages.handle(labels);
        handles.set(key, handle);
        handle.add();
      },
    };
  });
}

function toPartitionLabel(partition: number): string {
  return Number.isInteger(partition) && partition >= 0 && partition < maxPartitions ? String(partition) : otherLabel;
}
