/** The signal of each entity, over the backends that the configuration names. */
import type { Signal } from '../decision/sample.ts';
import { applicationLag } from '../signals/application-lag.ts';
import { type Burrow, burrowLag } from '../signals/burrow.ts';
import type { CloudWatchReader } from '../signals/cloudwatch-metric.ts';
import { iteratorAge } from '../signals/iterator-age.ts';
import { type ConsumerReader, jetStreamPending } from '../signals/jetstream-pending.ts';
import { type QueueReader, sqsDepth } from '../signals/sqs-depth.ts';
import type { Entity } from './metadata.ts';
import { type PluginOptions, pluginBacklog } from './plugin-backlog.ts';

export interface EntityBackends {
  readonly nowMs: () => number;
  readonly cloudwatch?: CloudWatchReader;
  readonly sqs?: QueueReader;
  readonly jetstream?: ConsumerReader;
  readonly burrow?: Burrow;
  readonly plugins?: PluginOptions;
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
      return backends.burrow === undefined
        ? notConfigured('burrow')
        : pluginBacklog(entity, { ...backends.plugins, burrow: backends.burrow, nowMs });
  }
}

function notConfigured(backend: string): Signal {
  return async () => {
    throw new Error(`this scaler has no backend for the entity: add backends.${backend} to its configuration`);
  };
}
