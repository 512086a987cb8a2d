/**
 * What the functions are told: fleet-wide defaults in the environment, streams in settings.json (an environment holds 4 KB).
 * Only what the user gave is written, so that core/settings/ stays the one place where defaults are filled in.
 */
import { Token } from 'aws-cdk-lib';
import type { Fault } from '../core/result.ts';
import { readDeployment } from '../core/settings/deployment.ts';
import { type GivenOf, givenSettings, stackSettings } from '../core/settings/deployment-settings.ts';
import { findPropsFaults, writeToEnvironment } from '../core/settings/read-deployment-settings.ts';
import { streamSettingKeys } from '../core/settings/read-stream-settings.ts';
import {
  type StreamSettings,
  type StreamSettingValues,
  streamSettingNames,
  streamSettingsTable,
} from '../core/settings/stream-settings.ts';

/** What a deployment may say to its functions, besides the settings of streams. */
export const functionSettings = { ...givenSettings, ...stackSettings };

export interface FunctionSettings extends GivenOf<typeof functionSettings> {
  readonly defaults: Partial<StreamSettingValues>;
}

/** Environment variables by name, in the order of the settings. */
export function environmentOf({ defaults, ...settings }: FunctionSettings): Record<string, string> {
  const given = streamSettingNames.map((name) => [streamSettingsTable[name].variable, defaults[name]] as const);
  const streams = given.flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)] as const]));
  return { ...writeToEnvironment(functionSettings, settings), ...Object.fromEntries(streams) };
}

/** What is wrong with the settings, besides those of streams, in the words of the construct's user. */
export function findSettingFaults(settings: FunctionSettings): readonly Fault[] {
  return findPropsFaults(functionSettings, settings, isKnown);
}

/** Reads what is deployed with the function's own reader, so that nothing gets that far that it would refuse at start. */
export function findRefusals(settings: FunctionSettings, settingsJson: string): readonly Fault[] {
  const variables = Object.entries(environmentOf(settings)).filter(([, value]) => isKnown(value));
  const read = readDeployment(Object.fromEntries(variables), settingsJson);
  return read.ok ? [] : read.faults;
}

/** Text of settings.json, streams in the order of their names: the same fleet always gives the same bytes. */
export function settingsJsonOf(streams: ReadonlyMap<string, Partial<StreamSettings>>): string {
  const byName = [...streams].sort(([a], [b]) => (a < b ? -1 : 1));
  const entries = byName.map(([name, given]) => [name, inSettingOrder(given)] as const);
  return `${JSON.stringify({ streams: Object.fromEntries(entries) }, null, 2)}\n`;
}

function inSettingOrder(given: Partial<StreamSettings>): Partial<StreamSettings> {
  return Object.fromEntries(
    streamSettingKeys.flatMap((name) => (given[name] === undefined ? [] : [[name, given[name]]])),
  );
}

/** A token is known only at deployment. */
function isKnown(value: unknown): boolean {
  return typeof value !== 'string' || !Token.isUnresolved(value);
}
