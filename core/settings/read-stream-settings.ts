/**
 * Reads the settings of one stream: defaults, ranges and contradictions, all faults at once. What a setting may be is
 * in the table of stream-settings.ts.
 */
import { type Fault, fail, type Result, succeed, unknownKey } from '../result.ts';
import { readConsumers } from './consumer-settings.ts';
import { findContradictions } from './contradictions.ts';
import type { KnownSettings } from './derived-defaults.ts';
import { findValueFault } from './setting.ts';
import {
  type StreamSettingName,
  type StreamSettings,
  type StreamSettingValues,
  streamSettingNames,
  streamSettingsTable,
} from './stream-settings.ts';

/** What may be given for a stream. */
export const streamSettingKeys: readonly (keyof StreamSettings)[] = [...streamSettingNames, 'consumers'];

/**
 * Fills defaults into what was given and checks it all.
 * @param given values by name; anything else is a fault, as is a value of another type.
 * @param base what stands in for a setting that is not given (a deployment's defaults); its own default otherwise.
 * @param nameOf what the user calls the setting, for example its environment variable.
 */
export function readStreamSettings(
  given: Readonly<Record<string, unknown>>,
  base: Partial<StreamSettings> = {},
  nameOf: (key: string) => string = (key) => key,
): Result<StreamSettings> {
  const faults: Fault[] = [];
  const refused = new Set<StreamSettingName>();
  const values = readSettingValues(given, base, nameOf, refused, faults);
  const consumers = readConsumers(firstGiven(given.consumers, base.consumers, []), nameOf('consumers'), faults);
  for (const key of Object.keys(given)) {
    if (!isStreamSettingKey(key)) faults.push(unknownKey(nameOf(key), streamSettingKeys));
  }
  const settings = { ...values, consumers };
  faults.push(...findContradictions(settings, nameOf, refused));
  return faults.length > 0 ? fail(faults) : succeed(settings);
}

function readSettingValues(
  given: Readonly<Record<string, unknown>>,
  base: Partial<StreamSettings>,
  nameOf: (key: string) => string,
  refused: Set<StreamSettingName>,
  faults: Fault[],
): StreamSettingValues {
  const values: Record<string, unknown> = {};
  for (const name of streamSettingNames) {
    const setting = streamSettingsTable[name];
    const otherwise = setting.default(values as KnownSettings);
    const value = firstGiven(given[name], base[name], otherwise);
    const fault = findValueFault(setting, value, nameOf(name));
    if (fault) {
      faults.push(fault);
      refused.add(name);
    }
    values[name] = fault ? otherwise : value;
  }
  // Complete by construction: one value for every name of the table.
  return values as unknown as StreamSettingValues;
}

/** A null is a value that somebody wrote, and a wrong one: it never becomes the default. */
function firstGiven(...values: readonly unknown[]): unknown {
  return values.find((value) => value !== undefined);
}

export function isStreamSettingName(key: string): key is StreamSettingName {
  return Object.hasOwn(streamSettingsTable, key);
}

function isStreamSettingKey(key: string): key is keyof StreamSettings {
  return key === 'consumers' || isStreamSettingName(key);
}
