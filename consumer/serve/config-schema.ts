/**
 * The shape of the configuration of `serve`. Unknown keys are refused: a misspelt one would leave a default in force.
 */
import * as v from 'valibot';
import { sampleUnits } from '../decision/sample.ts';
import { modes } from '../monitor/mode-gauge.ts';

const text = v.pipe(v.string(), v.trim(), v.nonEmpty('must not be empty'));
const positive = v.pipe(v.number(), v.finite(), v.gtValue(0, 'must be above 0'));
const whole = (least: number) =>
  v.pipe(v.number(), v.integer('must be a whole number'), v.minValue(least, `must be ${least} or more`));
const url = v.pipe(text, v.url('must be a URL'));

const sourceSchema = v.variant('kind', [
  v.strictObject({ kind: v.literal('iterator-age'), streamName: text }),
  v.strictObject({
    kind: v.literal('application-lag'),
    applicationName: text,
    streamName: v.optional(text),
    /** With it the lag is that of this stream alone, for an application that reads several. */
    leaseTable: v.optional(text),
  }),
  v.strictObject({
    kind: v.literal('kcl-leases'),
    leaseTable: text,
    streamName: v.optional(text),
    count: v.optional(v.picklist(['active', 'unowned', 'workers']), 'active'),
  }),
  v.strictObject({ kind: v.literal('sqs'), queueUrl: url }),
  v.strictObject({ kind: v.literal('jetstream'), stream: text, consumer: text }),
  v.strictObject({ kind: v.literal('burrow'), consumerGroup: text }),
]);

const scaleSchema = v.strictObject({
  /** What one worker should have: messages, or milliseconds of lag. */
  target: positive,
  minWorkers: v.optional(whole(0), 1),
  maxWorkers: v.optional(whole(1), 10),
  kubernetes: v.optional(v.strictObject({ namespace: v.optional(text, 'default'), deployment: text })),
  ecs: v.optional(v.strictObject({ cluster: text, service: text })),
});

export const signalSchema = v.strictObject({
  name: text,
  source: sourceSchema,
  periodSeconds: v.optional(positive, 60),
  emitters: v.optional(v.array(v.picklist(['cloudwatch', 'prometheus'])), []),
  /** Publishes the value divided by the workers that this lease table counts. */
  perWorker: v.optional(v.strictObject({ leaseTable: text })),
  scale: v.optional(scaleSchema),
});

export const jointStreamSchema = v.strictObject({
  streamName: text,
  applicationName: v.optional(text),
  leaseTable: v.optional(text),
  workerDeadAfterSeconds: v.optional(positive, 60),
  parallelizationFactor: v.optional(v.pipe(whole(1), v.maxValue(10, 'must be 10 or less')), 1),
  behindAfterSeconds: v.optional(positive, 60),
  everySeconds: v.optional(positive, 60),
});

const externalScalerSchema = v.strictObject({
  address: text,
  allowPlaintext: v.optional(v.boolean(), false),
  tls: v.optional(v.strictObject({ certificateFile: text, privateKeyFile: text, clientCaFile: v.optional(text) })),
  pollSeconds: v.optional(positive, 30),
  /** What KEDA dials; only the printed manifests use it. */
  serviceAddress: v.optional(text),
});

/** Where the deployments of plugins are listed: in Redis or in a file. */
const pluginsSchema = v.strictObject({
  redis: v.optional(
    v.strictObject({
      url,
      username: v.optional(text),
      passwordFile: v.optional(text),
      caFile: v.optional(text),
    }),
  ),
  file: v.optional(text),
});

const natsSchema = v.strictObject({
  servers: v.pipe(v.array(text), v.minLength(1, 'must name a server')),
  user: v.optional(text),
  passwordFile: v.optional(text),
  tokenFile: v.optional(text),
  credentialsFile: v.optional(text),
  tls: v.optional(
    v.strictObject({ caFile: v.optional(text), certificateFile: v.optional(text), privateKeyFile: v.optional(text) }),
  ),
});

export const serveConfigSchema = v.strictObject({
  mode: v.optional(v.picklist(modes), 'dry_run'),
  monitor: v.optional(
    v.strictObject({
      address: v.optional(text, '127.0.0.1:9090'),
      tokenFile: v.optional(text),
      node: v.optional(text),
      profiles: v.optional(v.strictObject({ address: text, tokenFile: v.optional(text) })),
    }),
    {},
  ),
  backends: v.optional(
    v.strictObject({
      aws: v.optional(v.strictObject({ region: v.optional(text) })),
      nats: v.optional(natsSchema),
      burrow: v.optional(
        v.strictObject({
          url,
          cluster: v.optional(text),
          groupPrefix: v.optional(text),
          unseenPartitions: v.optional(v.picklist(['unknown', 'empty']), 'unknown'),
        }),
      ),
      plugins: v.optional(pluginsSchema),
    }),
    {},
  ),
  emitters: v.optional(
    v.strictObject({
      cloudwatch: v.optional(
        v.strictObject({
          namespace: text,
          dimensions: v.optional(v.record(text, text), {}),
          unit: v.optional(v.picklist(sampleUnits), 'None'),
        }),
      ),
    }),
    {},
  ),
  signals: v.optional(v.array(signalSchema), []),
  externalScaler: v.optional(externalScalerSchema),
  streams: v.optional(v.array(jointStreamSchema), []),
});

export type ServeConfig = v.InferOutput<typeof serveConfigSchema>;
export type SignalConfig = ServeConfig['signals'][number];
export type SourceConfig = SignalConfig['source'];
export type ScaleConfig = NonNullable<SignalConfig['scale']>;
export type NatsConfig = NonNullable<ServeConfig['backends']['nats']>;
export type PluginsConfig = NonNullable<ServeConfig['backends']['plugins']>;
export type JointStreamConfig = ServeConfig['streams'][number];

/** What of a configuration could be read; sections and list items that could not are absent. */
export type PartialConfig = {
  readonly [Section in Exclude<keyof ServeConfig, 'signals' | 'streams'>]?: ServeConfig[Section];
} & {
  readonly signals?: readonly (SignalConfig | undefined)[];
  readonly streams?: readonly (JointStreamConfig | undefined)[];
};
