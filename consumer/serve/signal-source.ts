/** The signal that a configured source stands for. */

import type { Signal } from '../decision/sample.ts';
import { perWorker } from '../decision/signal-math.ts';
import { applicationLag, streamLag } from '../signals/application-lag.ts';
import { burrowLag } from '../signals/burrow.ts';
import { iteratorAge } from '../signals/iterator-age.ts';
import { jetStreamPending } from '../signals/jetstream-pending.ts';
import { kclLeases } from '../signals/kcl-leases.ts';
import { createLeaseReader } from '../signals/lease-table.ts';
import { sqsDepth } from '../signals/sqs-depth.ts';
import type { Backends } from './backends.ts';
import type { SignalConfig, SourceConfig } from './config-schema.ts';

export function createSignal(config: SignalConfig, backends: Backends, nowMs: () => number): Signal {
  const total = sourceSignal(config.source, backends, nowMs);
  if (config.perWorker === undefined) return total;
  return perWorker(
    total,
    kclLeases(config.perWorker.leaseTable, { client: backends.dynamodb, nowMs, count: 'workers' }),
  );
}

function sourceSignal(source: SourceConfig, backends: Backends, nowMs: () => number): Signal {
  switch (source.kind) {
    case 'iterator-age':
      return iteratorAge(source.streamName, { client: backends.cloudwatch, nowMs });
    case 'application-lag':
      return applicationSignal(source, backends, nowMs);
    case 'kcl-leases':
      return kclLeases(source.leaseTable, { client: backends.dynamodb, nowMs, ...source });
    case 'sqs':
      return sqsDepth(source.queueUrl, { client: backends.sqs, nowMs });
    case 'jetstream':
      return jetStreamPending(source, { manager: required(backends.jetstream, 'nats'), nowMs });
    case 'burrow':
      return burrowLag(source.consumerGroup, { burrow: required(backends.burrow, 'burrow'), nowMs });
  }
}

function applicationSignal(
  { applicationName, streamName, leaseTable }: Extract<SourceConfig, { kind: 'application-lag' }>,
  { cloudwatch, dynamodb }: Backends,
  nowMs: () => number,
): Signal {
  const metrics = { client: cloudwatch, nowMs };
  if (streamName === undefined || leaseTable === undefined) return applicationLag(applicationName, metrics);
  const readLeases = createLeaseReader(leaseTable, { client: dynamodb, nowMs, streamName });
  return streamLag({ applicationName, streamName }, readLeases, metrics);
}

/** The configuration's rules have refused a source without its backend. */
function required<Backend>(backend: Backend | undefined, name: string): Backend {
  if (backend === undefined) throw new Error(`backends.${name} is not open`);
  return backend;
}
