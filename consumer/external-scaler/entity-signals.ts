/** The signal of each entity, over the backends that the configuration names. */
import { weighBacklog } from '../decision/backlog.ts';
import { knownSample, type Signal } from '../decision/sample.ts';
import { applicationLag } from '../signals/application-lag.ts';
import { type Burrow, burrowLag } from '../signals/burrow.ts';
import type { CloudWatchReader } from '../signals/cloudwatch-metric.ts';
import { iteratorAge } from '../signals/iterator-age.ts';
import { type ConsumerReader, jetStreamPending } from '../signals/jetstream-pending.ts';
import { type QueueReader, sqsDepth } from '../signals/sqs-depth.ts';
import type { Entity } from './metadata.ts';

export interface EntityBackends {
  readonly nowMs: () => number;
  readonly cloudwatch?: CloudWatchReader;
  readonly sqs?: QueueReader;
  readonly jetstream?: ConsumerReader;
  readonly burrow?: Burrow;
  /** Consumer groups of plugins begin with this. Default: none. */
  readonly groupPrefix?: string;
}

/** The signal of an entity; for one whose backend is not configured, a signal that rejects and says which. */
export function entitySignal(entity: Entity, backends: EntityBackends): Signal {
  const { nowMs } = backends;
  switch (entity.type) {
    case 'stream': {
      const client = backends.cloudwatch;
      if (client === undefined) return notConfigured('aws');
      const { streamName, applicationName } = entity;
      return applicationName === undefined
        ? iteratorAge(streamName, { client, nowMs })
        : applicationLag(applicationName, { client, nowMs });
    }
    case 'sqs':
      return backends.sqs === undefined
        ? notConfigured('aws')
        : sqsDepth(entity.queueUrl, { client: backends.sqs, nowMs });
    case 'jetstream': {
      const { streamName: stream, consumerName: consumer } = entity;
      return backends.jetstream === undefined
        ? notConfigured('nats')
        : jetStreamPending({ stream, consumer }, { manager: backends.jetstream, nowMs });
    }
    case 'kafka':
      return backends.burrow === undefined
        ? notConfigured('burrow')
        : burrowLag(entity.consumerGroup, { burrow: backends.burrow, nowMs });
    case 'plugin':
      return backends.burrow === undefined ? notConfigured('burrow') : pluginBacklog(entity, backends.burrow, backends);
  }
}

/**
 * The weighed backlog over all groups of a plugin. No group at all is 0: Burrow was asked, and there is none. A group
 * that cannot be read makes the whole unknown, for what is left of the sum would look like progress.
 */
export function pluginBacklog(
  plugin: { readonly pluginName: string; readonly includeHistoric: boolean },
  burrow: Burrow,
  { nowMs, groupPrefix = '' }: Pick<EntityBackends, 'nowMs' | 'groupPrefix'>,
): Signal {
  return async (abortSignal) => {
    const groups = (await burrow.listGroups(abortSignal)).filter((group) => belongsTo(group, plugin, groupPrefix));
    const progresses = await Promise.all(groups.map((group) => burrow.progress(group, nowMs(), abortSignal)));
    const total = { processedPerMinute: 0, addedPerMinute: 0, lag: 0 };
    for (const progress of progresses) {
      total.processedPerMinute += progress?.processedPerMinute ?? 0;
      total.addedPerMinute += progress?.addedPerMinute ?? 0;
      total.lag += progress?.lag ?? 0;
    }
    return knownSample(weighBacklog(total), nowMs(), { unit: 'Count', dimensions: { Plugin: plugin.pluginName } });
  };
}

function belongsTo(
  group: string,
  plugin: { readonly pluginName: string; readonly includeHistoric: boolean },
  prefix: string,
): boolean {
  const name = group.toLowerCase();
  if (!name.startsWith(prefix.toLowerCase()) || !name.includes(plugin.pluginName.toLowerCase())) return false;
  return plugin.includeHistoric || !name.endsWith('-historic');
}

function notConfigured(backend: string): Signal {
  return async () => {
    throw new Error(`this scaler has no backend for the entity: add backends.${backend} to its configuration`);
  };
}
