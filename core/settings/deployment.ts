/**
 * What one deployment is: the defaults in its environment, and the streams it manages in settings.json. Pure: lambda/config
 * reads the environment and the file, the stack writes them.
 */
import { awsFacts } from '../aws-facts.ts';
import { describeFault, type Fault, fail, quote, type Result, succeed } from '../result.ts';
import { functionNameOf, readStreamSettings, unknownKey } from './read-stream-settings.ts';
import { type StreamSettings, streamSettingNames, streamSettingsTable } from './stream-settings.ts';

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Resending of a call that AWS throttled: exponential from the shortest to the longest wait, with full jitter. */
export interface RetrySettings {
  readonly shortestWaitMs: number;
  readonly longestWaitMs: number;
  /** Resends after the first attempt; 0 sends once. */
  readonly retries: number;
  /** A call without an answer for so long is given up (and, where that is safe, sent again). */
  readonly callTimeoutMs: number;
}

export interface Deployment {
  readonly dryRun: boolean;
  readonly logLevel: LogLevel;
  readonly version: string;
  readonly deploymentRing: string;
  readonly retry: RetrySettings;
  /** Topics for people; undefined where nobody wants to be told. */
  readonly noticeTopicArn: string | undefined;
  readonly pagerTopicArn: string | undefined;
  /** Whether each stream's open shard count is written as a metric of its own, which CloudWatch charges for. */
  readonly streamMetrics: boolean;
  /** Present where streams may ask by their tag to be managed. */
  readonly discovery: Discovery | undefined;
  /** Undefined without settings.json (code-only take-over): then it manages what its role permits. */
  readonly streams: ReadonlyMap<string, StreamSettings> | undefined;
  /** For a stream that settings.json does not name. */
  readonly defaults: StreamSettings;
}

export interface Discovery {
  /** Topic that the alarms made for such streams notify. */
  readonly alarmTopicArn: string;
  /** Name of the deployment, on every alarm that it made. */
  readonly owner: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads a deployment; every fault at once. A malformed value never becomes the default, with one exception: a `DRY_RUN` that
 * cannot be read means dry run.
 * @param settingsJson text of settings.json, `{"streams": {"orders": {…}}}`; undefined when there is no such file.
 */
export function readDeployment(environment: Environment, settingsJson: string | undefined): Result<Deployment> {
  const faults: Fault[] = [];
  const given = readVariables(environment, faults);
  const defaults = collect(readStreamSettings(given, {}, variableOf), faults);
  const retry = readRetry(environment, faults);
  const logLevel = (environment.LOG_LEVEL?.trim() || 'info').toLowerCase();
  if (!isLogLevel(logLevel)) {
    faults.push({
      field: 'LOG_LEVEL',
      value: quote(logLevel),
      problem: 'is not a level',
      remedy: `use ${logLevels.join(', ')}`,
    });
  }
  const noticeTopicArn = readTopicArn(environment, 'NOTICE_TOPIC_ARN', faults);
  const pagerTopicArn = readTopicArn(environment, 'PAGER_TOPIC_ARN', faults);
  const alarmTopicArn = readTopicArn(environment, 'DISCOVERY_TOPIC_ARN', faults);
  const streamMetrics = readSwitch(environment, 'STREAM_METRICS', faults);
  const owner = environment.DISCOVERY_OWNER?.trim() || 'kinesis-autoscaler';
  const streams = settingsJson === undefined ? undefined : readStreams(settingsJson, defaults ? given : {}, faults);
  if (faults.length > 0 || !defaults || !isLogLevel(logLevel)) return fail(faults);
  return succeed({
    dryRun: readDryRun(environment.DRY_RUN),
    logLevel,
    version: environment.version ?? '',
    deploymentRing: environment.deploymentRing ?? '',
    retry,
    noticeTopicArn,
    pagerTopicArn,
    streamMetrics,
    discovery: alarmTopicArn === undefined ? undefined : { alarmTopicArn, owner },
    streams,
    defaults,
  });
}

/** Only a clear "false" turns dry run off. */
export function readDryRun(value: string | undefined): boolean {
  return !['false', '0', 'no', 'off'].includes((value ?? '').trim().toLowerCase());
}

export function describeFaults(faults: readonly Fault[]): string {
  return faults.map(describeFault).join('\n');
}

function readTopicArn(environment: Environment, field: string, faults: Fault[]): string | undefined {
  const arn = environment[field]?.trim();
  if (!arn || /^arn:[\w-]+:sns:[\w-]+:\d{12}:[\w-]+$/.test(arn)) return arn || undefined;
  faults.push({
    field,
    value: quote(arn),
    problem: 'is not the ARN of a topic',
    remedy: 'give arn:aws:sns:REGION:ACCOUNT:NAME',
  });
  return undefined;
}

function readSwitch(environment: Environment, field: string, faults: Fault[]): boolean {
  const text = environment[field]?.trim().toLowerCase();
  if (text !== undefined && !['', 'true', 'false'].includes(text)) {
    faults.push({ field, value: quote(text), problem: 'is not a switch', remedy: 'give true or false' });
  }
  return text === 'true';
}

function isLogLevel(text: string): text is LogLevel {
  return logLevels.some((level) => level === text);
}

function variableOf(key: string): string {
  const name = streamSettingNames.find((knob) => knob === key);
  return name ? streamSettingsTable[name].variable : 'PROCESSING_LAMBDA_ARN';
}

/** Only what is set: an unset or empty variable leaves the knob to its default. */
function readVariables(environment: Environment, faults: Fault[]): Readonly<Record<string, unknown>> {
  const given: Record<string, unknown> = {};
  for (const name of streamSettingNames) {
    const text = environment[streamSettingsTable[name].variable]?.trim();
    if (text) given[name] = streamSettingsTable[name].kind === 'choice' ? text : readNumber(text);
  }
  // -1 is the reference autoscaler's way, and its template's default, to let no iterator age block a scale-down.
  if (given.iteratorAgeLimitMinutes === -1) {
    given.iteratorAgeLimitMinutes = longestIteratorAgeMinutes;
    given.iteratorAge ??= 'ignore';
  }
  const perShard = { low: 1, high: awsFacts.largestParallelizationFactor.value, otherwise: 1, whole: true };
  const lambdasPerShard = numberVariable(environment, 'PROCESSING_LAMBDAS_PER_SHARD', perShard, faults);
  const functionArn = environment.PROCESSING_LAMBDA_ARN?.trim();
  if (functionArn) given.consumers = [{ functionArn, lambdasPerShard }];
  return given;
}

/** A year: no record is kept for longer. */
const longestIteratorAgeMinutes = 525_600;

/** A text that is no number stays a text, for the fault to quote. */
function readNumber(text: string): number | string {
  return /^-?(\d+(\.\d*)?|\.\d+)$/.test(text) ? Number(text) : text;
}

const longestRetryWaitSeconds = 60;
const mostRetries = 100;

function readRetry(environment: Environment, faults: Fault[]): RetrySettings {
  const seconds = { low: 0, high: longestRetryWaitSeconds };
  const shortest = numberVariable(environment, 'THROTTLE_RETRY_MIN_SLEEP', { ...seconds, otherwise: 1 }, faults);
  const longest = numberVariable(
    environment,
    'THROTTLE_RETRY_MAX_SLEEP',
    { ...seconds, otherwise: Math.max(3, shortest) },
    faults,
  );
  const retries = numberVariable(
    environment,
    'THROTTLE_RETRY_COUNT',
    { low: 0, high: mostRetries, otherwise: 30, whole: true },
    faults,
  );
  if (longest < shortest) {
    faults.push({
      field: 'THROTTLE_RETRY_MAX_SLEEP',
      value: quote(longest),
      problem: `is below THROTTLE_RETRY_MIN_SLEEP ${shortest}`,
      remedy: 'give at least as much',
    });
  }
  const timeout = numberVariable(environment, 'CALL_TIMEOUT_SECONDS', { low: 0.1, high: 60, otherwise: 5 }, faults);
  return {
    shortestWaitMs: shortest * 1000,
    longestWaitMs: longest * 1000,
    retries,
    callTimeoutMs: timeout * 1000,
  };
}

interface Range {
  readonly low: number;
  readonly high: number;
  readonly otherwise: number;
  readonly whole?: boolean;
}

function numberVariable(environment: Environment, field: string, range: Range, faults: Fault[]): number {
  const text = environment[field]?.trim();
  if (!text) return range.otherwise;
  const value = readNumber(text);
  const inRange = typeof value === 'number' && value >= range.low && value <= range.high;
  if (inRange && (!range.whole || Number.isInteger(value))) return value;
  faults.push({
    field,
    value: quote(text),
    problem: `is not a ${range.whole ? 'whole ' : ''}number from ${range.low} to ${range.high}`,
    remedy: `leave it out for ${range.otherwise}`,
  });
  return range.otherwise;
}

function readStreams(
  settingsJson: string,
  base: Readonly<Record<string, unknown>>,
  faults: Fault[],
): ReadonlyMap<string, StreamSettings> | undefined {
  const file = parseObject(settingsJson);
  const streams = file?.streams;
  if (!file || !isObject(streams)) {
    faults.push({
      field: 'settings.json',
      value: quote(settingsJson),
      problem: 'is not {"streams": {…}}',
      remedy: 'deploy again',
    });
    return undefined;
  }
  for (const key of Object.keys(file))
    if (key !== 'streams') faults.push(unknownKey(`settings.json.${key}`, ['streams']));
  // A function named in the environment belongs to no stream in particular: with settings.json each stream names its own.
  const { consumers: _ignored, ...defaults } = base;
  const read = new Map<string, StreamSettings>();
  for (const [name, given] of Object.entries(streams)) {
    const field = `settings.json.streams.${name}`;
    if (!isObject(given)) {
      const remedy = 'give {"minShards": 1, …}, or {} for the defaults';
      faults.push({ field, value: quote(given), problem: 'is not an object', remedy });
      continue;
    }
    const settings = collect(
      readStreamSettings(given, defaults, (key) => `${field}.${key}`),
      faults,
    );
    if (settings) read.set(name, settings);
  }
  findSharedConsumers(read, faults);
  return read;
}

/** Two streams that resize one function would undo each other's work at every reconcile. */
function findSharedConsumers(streams: ReadonlyMap<string, StreamSettings>, faults: Fault[]): void {
  const owners = new Map<string, string>();
  for (const [streamName, { consumers }] of streams) {
    for (const [index, { functionArn }] of consumers.entries()) {
      const owner = owners.get(functionNameOf(functionArn));
      if (owner === undefined) {
        owners.set(functionNameOf(functionArn), streamName);
        continue;
      }
      faults.push({
        field: `settings.json.streams.${streamName}.consumers[${index}].functionArn`,
        value: quote(functionArn),
        problem: `is a consumer of ${owner} already`,
        remedy: 'give each stream a function of its own, or leave its concurrency alone',
      });
    }
  }
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function collect<T>(result: Result<T>, faults: Fault[]): T | undefined {
  if (result.ok) return result.value;
  faults.push(...result.faults);
  return undefined;
}
