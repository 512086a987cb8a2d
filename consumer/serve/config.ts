/**
 * The configuration of `serve`: its shape, and the reader that reports every fault at once. Unknown keys are refused:
 * a misspelt one would silently leave a default in force.
 */
import * as v from 'valibot';
import { LineCounter, parseDocument } from 'yaml';
import { MODES } from '../monitor/mode-gauge.ts';
import { crossFieldFaults, purposeFaults } from './config-rules.ts';

const Text = v.pipe(v.string(), v.trim(), v.nonEmpty('must not be empty'));
const Positive = v.pipe(v.number(), v.finite(), v.gtValue(0, 'must be above 0'));
const Whole = (least: number) =>
  v.pipe(v.number(), v.integer('must be a whole number'), v.minValue(least, `must be ${least} or more`));
const Url = v.pipe(Text, v.url('must be a URL'));

const Source = v.variant('kind', [
  v.strictObject({ kind: v.literal('iterator-age'), streamName: Text }),
  v.strictObject({ kind: v.literal('application-lag'), applicationName: Text, streamName: v.optional(Text) }),
  v.strictObject({
    kind: v.literal('kcl-leases'),
    leaseTable: Text,
    count: v.optional(v.picklist(['active', 'unowned', 'workers']), 'active'),
  }),
  v.strictObject({ kind: v.literal('sqs'), queueUrl: Url }),
  v.strictObject({ kind: v.literal('jetstream'), stream: Text, consumer: Text }),
  v.strictObject({ kind: v.literal('burrow'), consumerGroup: Text }),
]);

const Scale = v.strictObject({
  /** What one worker should have: messages, or milliseconds of lag. */
  target: Positive,
  minWorkers: v.optional(Whole(0), 1),
  maxWorkers: v.optional(Whole(1), 10),
  kubernetes: v.optional(v.strictObject({ namespace: v.optional(Text, 'default'), deployment: Text })),
  ecs: v.optional(v.strictObject({ cluster: Text, service: Text })),
});

const Signal = v.strictObject({
  name: Text,
  source: Source,
  periodSeconds: v.optional(Positive, 60),
  emitters: v.optional(v.array(v.picklist(['cloudwatch', 'prometheus'])), []),
  /** Publishes the value divided by the workers that this lease table counts. */
  perWorker: v.optional(v.strictObject({ leaseTable: Text })),
  scale: v.optional(Scale),
});

const JointStream = v.strictObject({
  streamName: Text,
  applicationName: v.optional(Text),
  leaseTable: v.optional(Text),
  parallelizationFactor: v.optional(v.pipe(Whole(1), v.maxValue(10, 'must be 10 or less')), 1),
  behindAfterSeconds: v.optional(Positive, 60),
  everySeconds: v.optional(Positive, 60),
});

const ExternalScaler = v.strictObject({
  address: Text,
  allowPlaintext: v.optional(v.boolean(), false),
  tls: v.optional(v.strictObject({ certificateFile: Text, privateKeyFile: Text, clientCaFile: v.optional(Text) })),
  pollSeconds: v.optional(Positive, 30),
  /** What KEDA dials; only the printed manifests use it. */
  serviceAddress: v.optional(Text),
});

const ServeConfigSchema = v.strictObject({
  mode: v.optional(v.picklist(MODES), 'dry_run'),
  monitor: v.optional(v.strictObject({ address: v.optional(Text, '127.0.0.1:9090'), tokenFile: v.optional(Text) }), {}),
  backends: v.optional(
    v.strictObject({
      aws: v.optional(v.strictObject({ region: v.optional(Text) })),
      nats: v.optional(
        v.strictObject({
          servers: v.pipe(v.array(Text), v.minLength(1, 'must name a server')),
          credentialsFile: v.optional(Text),
        }),
      ),
      burrow: v.optional(v.strictObject({ url: Url, cluster: v.optional(Text), groupPrefix: v.optional(Text) })),
    }),
    {},
  ),
  emitters: v.optional(
    v.strictObject({
      cloudwatch: v.optional(v.strictObject({ namespace: Text, dimensions: v.optional(v.record(Text, Text), {}) })),
    }),
    {},
  ),
  signals: v.optional(v.array(Signal), []),
  externalScaler: v.optional(ExternalScaler),
  streams: v.optional(v.array(JointStream), []),
});

export type ServeConfig = v.InferOutput<typeof ServeConfigSchema>;
export type SignalConfig = ServeConfig['signals'][number];
export type SourceConfig = SignalConfig['source'];
export type ScaleConfig = NonNullable<SignalConfig['scale']>;
export type JointStreamConfig = ServeConfig['streams'][number];

export type ConfigResult =
  | { readonly ok: true; readonly config: ServeConfig }
  | { readonly ok: false; readonly faults: readonly string[] };

/** What of a configuration could be read; sections and list items that could not are absent. */
export type PartialConfig = {
  readonly [Section in Exclude<keyof ServeConfig, 'signals' | 'streams'>]?: ServeConfig[Section];
} & {
  readonly signals?: readonly (SignalConfig | undefined)[];
  readonly streams?: readonly (JointStreamConfig | undefined)[];
};

/** Reads a YAML text. All faults at once, each with the field, the value and the way out. */
export function readServeConfig(text: string): ConfigResult {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  if (document.errors.length > 0) {
    return {
      ok: false,
      faults: document.errors.map(
        (error) => `line ${lines.linePos(error.pos[0]).line}: ${error.message.split('\n')[0]}`,
      ),
    };
  }
  const content: unknown = document.toJS() ?? {};
  const parsed = v.safeParse(ServeConfigSchema, content);
  if (!parsed.success)
    return { ok: false, faults: [...parsed.issues.map(describeIssue), ...crossFieldFaults(readableParts(content))] };
  const faults = [...crossFieldFaults(parsed.output), ...purposeFaults(parsed.output)];
  return faults.length === 0 ? { ok: true, config: parsed.output } : { ok: false, faults };
}

/** So that a fault in one section does not hide what another demands. */
function readableParts(content: unknown): PartialConfig {
  if (typeof content !== 'object' || content === null) return {};
  const { mode, monitor, backends, emitters, externalScaler } = ServeConfigSchema.entries;
  const readable = <Schema extends v.GenericSchema>(
    section: string,
    schema: Schema,
  ): v.InferOutput<Schema> | undefined => outputOf(schema, Reflect.get(content, section));
  const items = <Schema extends v.GenericSchema>(
    section: string,
    schema: Schema,
  ): (v.InferOutput<Schema> | undefined)[] => {
    const list: unknown = Reflect.get(content, section) ?? [];
    return Array.isArray(list) ? list.map((item) => outputOf(schema, item)) : [undefined];
  };
  const sections = {
    mode: readable('mode', mode),
    monitor: readable('monitor', monitor),
    backends: readable('backends', backends),
    emitters: readable('emitters', emitters),
    externalScaler: readable('externalScaler', externalScaler),
  };
  const read = Object.fromEntries(Object.entries(sections).filter(([, section]) => section !== undefined));
  return { ...read, signals: items('signals', Signal), streams: items('streams', JointStream) };
}

function outputOf<Schema extends v.GenericSchema>(schema: Schema, value: unknown): v.InferOutput<Schema> | undefined {
  const parsed = v.safeParse(schema, value);
  return parsed.success ? parsed.output : undefined;
}

function describeIssue(issue: v.BaseIssue<unknown>): string {
  const path = v.getDotPath(issue) ?? 'the configuration';
  if (issue.type === 'strict_object' && issue.expected === 'never')
    return `${path} is not known: remove it, or see serve --example for the right name`;
  if (issue.received === 'undefined') return `${path} is missing: expected ${issue.expected}`;
  const reason = issue.kind === 'validation' ? issue.message : `expected ${issue.expected}`;
  return `${path}: ${reason}, got ${issue.received}`;
}
