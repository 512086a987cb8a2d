/**
 * The settings that the functions read: those of the deployment in the environment, those of streams in settings.json,
 * because an environment holds only 4 KB. Both contain only what the user gave: core/settings/ alone fills in defaults.
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

/** All settings that a stack writes to the environment of its functions, besides the defaults of streams. */
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

/** What is wrong with the settings of the deployment, in the words of the construct's user. */
export function findSettingFaults(settings: FunctionSettings): readonly Fault[] {
  return findPropsFaults(functionSettings, settings, isKnown);
}

/** What the functions would refuse at start: reads environment and settings.json as they do. */
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
