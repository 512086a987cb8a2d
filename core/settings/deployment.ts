/**
 * What one deployment is: the settings in its environment, and the streams that it manages in settings.json. Pure:
 * lambda/config reads the environment and the file, the stack writes them.
 */
import { describeFault, type Fault, fail, type Result, succeed } from '../result.ts';
import { type GivenOf, givenSettings, stackSettings, takeOverSettings, type ValuesOf } from './deployment-settings.ts';
import { completeSettings, type Environment, readFromEnvironment } from './read-deployment-settings.ts';
import { readStreamSettings } from './read-stream-settings.ts';
import { readText } from './setting.ts';
import { readSettingsFile } from './settings-file.ts';
import {
  type StreamSettingName,
  type StreamSettings,
  streamSettingNames,
  streamSettingsTable,
} from './stream-settings.ts';

export type { Environment } from './read-deployment-settings.ts';

type Given = ValuesOf<typeof givenSettings>;
type FromStack = ValuesOf<typeof stackSettings>;

export type LogLevel = Given['logLevel'];
/** Resending of a call that AWS throttled: exponential from the shortest to the longest wait, with full jitter. */
export type RetrySettings = Given['retry'];

export interface Discovery {
  /** Topic that the alarms made for such streams notify. */
  readonly alarmTopicArn: string;
  /** Name of the deployment, on every alarm that it made. */
  readonly owner: string;
}

export interface Deployment extends Given, Omit<FromStack, 'discovery'> {
  /** Present where streams may ask by their tag to be managed. */
  readonly discovery: Discovery | undefined;
  /** Undefined without settings.json (code-only take-over): then it manages what its role permits. */
  readonly streams: ReadonlyMap<string, StreamSettings> | undefined;
  /** For a stream that settings.json does not name. */
  readonly defaults: StreamSettings;
}

/**
 * Reads a deployment; every fault at once. A malformed value never becomes the default, with one exception: a `DRY_RUN`
 * that cannot be read means dry run.
 * @param settingsJson text of settings.json; undefined when there is no such file.
 */
export function readDeployment(environment: Environment, settingsJson: string | undefined): Result<Deployment> {
  const faults: Fault[] = [];
  const streamDefaults = readStreamVariables(environment);
  const takenOver = readFromEnvironment(takeOverSettings, environment, faults);
  const defaults = readStreamSettings({ ...streamDefaults, consumers: consumersOf(takenOver) }, {}, variableOf);
  if (!defaults.ok) faults.push(...defaults.faults);
  const given = completeSettings(givenSettings, readFromEnvironment(givenSettings, environment, faults));
  const fromStack = completeSettings(stackSettings, readFromEnvironment(stackSettings, environment, faults));
  const { alarmTopicArn, owner } = fromStack.discovery;
  // A function named in the environment belongs to no stream in particular: with settings.json each stream names its
  // own.
  const base = defaults.ok ? streamDefaults : {};
  const streams = settingsJson === undefined ? undefined : readSettingsFile(settingsJson, base, faults);
  if (faults.length > 0 || !defaults.ok) return fail(faults);
  const discovery = alarmTopicArn === undefined ? undefined : { alarmTopicArn, owner };
  return succeed({ ...given, ...fromStack, discovery, streams, defaults: defaults.value });
}

export function describeFaults(faults: readonly Fault[]): string {
  return faults.map(describeFault).join('\n');
}

/** Only what is set: an unset or empty variable leaves the setting to its default. */
function readStreamVariables(environment: Environment): Readonly<Record<string, unknown>> {
  const given: Partial<Record<StreamSettingName, unknown>> = {};
  for (const name of streamSettingNames) {
    const setting = streamSettingsTable[name];
    const text = environment[setting.variable]?.trim();
    if (text) given[name] = readText(setting, text);
  }
  // -1 is the reference autoscaler's way, and its template's default, to let no iterator age block a scale-down.
  if (given.iteratorAgeLimitMinutes === -1) {
    given.iteratorAgeLimitMinutes = longestIteratorAgeMinutes;
    given.iteratorAge ??= 'ignore';
  }
  return given;
}

/** A year: no record is kept for longer. */
const longestIteratorAgeMinutes = 525_600;

function consumersOf({
  processingLambdaArn: functionArn,
  processingLambdasPerShard: lambdasPerShard,
}: GivenOf<typeof takeOverSettings>): StreamSettings['consumers'] {
  if (functionArn === undefined) return [];
  return [lambdasPerShard === undefined ? { functionArn } : { functionArn, lambdasPerShard }];
}

function variableOf(key: string): string {
  const name = streamSettingNames.find((known) => known === key);
  return name ? streamSettingsTable[name].variable : key;
}
