/**
 * What the functions are told: fleet-wide defaults in the environment, streams in settings.json (an environment holds 4 KB).
 * Only what the user gave is written, so that core/settings/deployment.ts stays the one place where defaults are filled in.
 */
import type { Discovery, RetrySettings } from '../core/settings/deployment.ts';
import {
  type StreamSettingName,
  type StreamSettings,
  type StreamSettingValues,
  streamSettingNames,
  streamSettingsTable,
} from '../core/settings/stream-settings.ts';

/** Settings of the whole deployment that the functions read from their environment. */
export interface FunctionSettings {
  readonly dryRun: boolean;
  readonly defaults: Partial<StreamSettingValues>;
  readonly logLevel?: string | undefined;
  readonly version?: string | undefined;
  readonly deploymentRing?: string | undefined;
  readonly retry?: Partial<RetrySettings> | undefined;
  readonly noticeTopicArn?: string | undefined;
  readonly pagerTopicArn?: string | undefined;
  readonly streamMetrics?: boolean | undefined;
  readonly discovery?: Discovery | undefined;
}

/** Environment variables by name, in the order of the settings; `DRY_RUN` is always there. */
export function environmentOf(settings: FunctionSettings): Record<string, string> {
  const { dryRun, defaults, logLevel, version, deploymentRing, retry = {} } = settings;
  const entries: (readonly [string, string | number | boolean | undefined])[] = [
    ['DRY_RUN', dryRun],
    ['LOG_LEVEL', logLevel],
    ['version', version],
    ['deploymentRing', deploymentRing],
    ['THROTTLE_RETRY_MIN_SLEEP', secondsOf(retry.shortestWaitMs)],
    ['THROTTLE_RETRY_MAX_SLEEP', secondsOf(retry.longestWaitMs)],
    ['THROTTLE_RETRY_COUNT', retry.retries],
    ['CALL_TIMEOUT_SECONDS', secondsOf(retry.callTimeoutMs)],
    ['NOTICE_TOPIC_ARN', settings.noticeTopicArn],
    ['PAGER_TOPIC_ARN', settings.pagerTopicArn],
    ['DISCOVERY_TOPIC_ARN', settings.discovery?.alarmTopicArn],
    ['DISCOVERY_OWNER', settings.discovery?.owner],
    ['STREAM_METRICS', settings.streamMetrics || undefined],
    ...streamSettingNames.map((name) => [streamSettingsTable[name].variable, defaults[name]] as const),
  ];
  return Object.fromEntries(
    entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)] as const])),
  );
}

/** Text of settings.json, streams in the order of their names: the same fleet always gives the same bytes. */
export function settingsJsonOf(streams: ReadonlyMap<string, Partial<StreamSettings>>): string {
  const byName = [...streams].sort(([a], [b]) => (a < b ? -1 : 1));
  const entries = byName.map(([name, given]) => [name, inSettingOrder(given)] as const);
  return `${JSON.stringify({ streams: Object.fromEntries(entries) }, null, 2)}\n`;
}

function inSettingOrder(given: Partial<StreamSettings>): Partial<StreamSettings> {
  const names: readonly (StreamSettingName | 'consumers')[] = [...streamSettingNames, 'consumers'];
  return Object.fromEntries(names.flatMap((name) => (given[name] === undefined ? [] : [[name, given[name]]])));
}

function secondsOf(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1000;
}
