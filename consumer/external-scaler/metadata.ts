/**
 * What a ScaledObject asks for, read from its trigger's metadata. All values are strings; a key `fooFromEnv` arrives
 * under that name with the variable's value already in place. Every fault is reported at once.
 */

export const entityTypes = ['stream', 'kafka', 'plugin', 'jetstream', 'sqs'] as const;
export type EntityType = (typeof entityTypes)[number];

/** What is measured. Two ScaledObjects that name the same entity share its samples. */
export type Entity =
  | { readonly type: 'stream'; readonly streamName: string; readonly applicationName?: string }
  | { readonly type: 'kafka'; readonly consumerGroup: string }
  | { readonly type: 'plugin'; readonly pluginName: string; readonly includeHistoric: boolean }
  | { readonly type: 'jetstream'; readonly streamName: string; readonly consumerName: string }
  | { readonly type: 'sqs'; readonly queueUrl: string };

export interface ScalerRequest {
  readonly entity: Entity;
  readonly metricName: string;
  /** The value per replica that KEDA aims at. */
  readonly targetSize: number;
  /** Active when the value is above this. Default 0. */
  readonly activationSize: number;
}

export type MetadataResult =
  | { readonly ok: true; readonly request: ScalerRequest }
  | { readonly ok: false; readonly faults: readonly string[] };

/** The metric that each entity offers, and its unit. Safe in a URL path, where Kubernetes puts it. */
export const metricNames: Readonly<Record<EntityType, string>> = {
  stream: 'lag-milliseconds',
  kafka: 'backlog',
  plugin: 'backlog',
  jetstream: 'backlog',
  sqs: 'backlog',
};

export const entityKeys: Readonly<Record<EntityType, readonly string[]>> = {
  stream: ['streamName', 'applicationName'],
  kafka: ['consumerGroup'],
  plugin: ['pluginName', 'includeHistoric'],
  jetstream: ['streamName', 'consumerName'],
  sqs: ['queueUrl'],
};

export const commonKeys = ['entityType', 'entityName', 'targetSize', 'activationSize'];

/** KEDA's own settings of an external trigger, which it passes on with the rest. */
const kedaKeys = [
  'scalerAddress',
  'tlsCertFile',
  'caCert',
  'tlsClientCert',
  'tlsClientKey',
  'unsafeSsl',
  'insecureSkipVerify',
  'enableTLS',
  'useCachedMetrics',
];

export function readMetadata(metadata: Readonly<Record<string, string>>): MetadataResult {
  const reader = new MetadataReader(metadata);
  const type = reader.entityType();
  if (type === undefined) return { ok: false, faults: reader.faults };
  const entity = readEntity(type, reader);
  const targetSize = reader.targetSize();
  const activationSize = reader.activationSize();
  reader.refuseUnknown([...commonKeys, ...entityKeys[type], ...kedaKeys]);
  if (reader.faults.length > 0) return { ok: false, faults: reader.faults };
  return { ok: true, request: { entity, metricName: metricNames[type], targetSize, activationSize } };
}

function readEntity(type: EntityType, reader: MetadataReader): Entity {
  switch (type) {
    case 'stream': {
      const applicationName = reader.optional('applicationName');
      const streamName = reader.text('streamName');
      return applicationName === undefined ? { type, streamName } : { type, streamName, applicationName };
    }
    case 'kafka':
      return { type, consumerGroup: reader.text('consumerGroup') };
    case 'plugin':
      return { type, pluginName: reader.text('pluginName'), includeHistoric: reader.boolean('includeHistoric') };
    case 'jetstream':
      return { type, streamName: reader.text('streamName'), consumerName: reader.text('consumerName') };
    case 'sqs':
      return { type, queueUrl: reader.text('queueUrl') };
  }
}

class MetadataReader {
  readonly faults: string[] = [];
  readonly #metadata: Readonly<Record<string, string>>;

  constructor(metadata: Readonly<Record<string, string>>) {
    this.#metadata = metadata;
  }

  optional(key: string): string | undefined {
    const value = (this.#own(key) ?? this.#own(`${key}FromEnv`))?.trim();
    return value === '' ? undefined : value;
  }

  text(key: string): string {
    const value = this.optional(key);
    if (value === undefined) this.faults.push(`${key} is missing`);
    return value ?? '';
  }

  targetSize(): number {
    const value = this.#number('targetSize');
    if (value === undefined) this.faults.push('targetSize is missing: give the value per replica, for example "100"');
    else if (!(value > 0))
      this.faults.push(`targetSize must be a number above 0, got ${JSON.stringify(this.optional('targetSize'))}`);
    return value ?? 0;
  }

  activationSize(): number {
    const value = this.#number('activationSize') ?? 0;
    if (!(value >= 0))
      this.faults.push(
        `activationSize must be a number, 0 or more, got ${JSON.stringify(this.optional('activationSize'))}`,
      );
    return value;
  }

  boolean(key: string): boolean {
    const text = this.optional(key)?.toLowerCase() ?? 'false';
    if (text !== 'true' && text !== 'false')
      this.faults.push(`${key} must be "true" or "false", got ${JSON.stringify(text)}`);
    return text === 'true';
  }

  entityType(): EntityType | undefined {
    const given = this.optional('entityType') ?? this.optional('entityName');
    const known = entityTypes.find((each) => each === given?.toLowerCase());
    if (known === undefined) {
      const got = given === undefined ? 'is missing' : `${JSON.stringify(given)} is not known`;
      this.faults.push(`entityType ${got}: use one of ${entityTypes.join(', ')}`);
    }
    return known;
  }

  /** A misspelt key would otherwise silently leave its default in force. */
  refuseUnknown(known: readonly string[]): void {
    for (const key of Object.keys(this.#metadata)) {
      if (!known.includes(key.replace(/FromEnv$/, ''))) this.faults.push(`${key} is not known here`);
    }
  }

  /** NaN for what is no finite number. */
  #number(key: string): number | undefined {
    const text = this.optional(key);
    if (text === undefined) return undefined;
    const value = Number(text);
    return Number.isFinite(value) ? value : Number.NaN;
  }

  #own(key: string): string | undefined {
    return Object.hasOwn(this.#metadata, key) ? this.#metadata[key] : undefined;
  }
}
