/**
 * The settings of a deployment that stand in for what its streams do not give, with faults in the words of whoever gave
 * them.
 */
import type { Fault, Result } from '../result.ts';
import { readStreamSettings } from './read-stream-settings.ts';
import { type StreamSettings, type StreamSettingValues, streamSettingNames } from './stream-settings.ts';

const fieldOf = (name: string) => `defaults.${name}`;

/** Faulty ones are left out of what is returned, so that each is reported once, not once a stream. */
export function readStreamDefaults(
  given: Readonly<Record<string, unknown>>,
  faults: Fault[],
): Partial<StreamSettingValues> {
  const known = streamSettingNames.flatMap((name) => (given[name] === undefined ? [] : [[name, given[name]] as const]));
  const read = readStreamSettings(Object.fromEntries(known), {}, fieldOf);
  if (read.ok) return Object.fromEntries(known);
  faults.push(...read.faults);
  const faulty = new Set(read.faults.map(({ field }) => field));
  return Object.fromEntries(known.filter(([name]) => !faulty.has(fieldOf(name))));
}

/** @param field what the user calls the stream; a fault that comes from a default says so. */
export function readStreamOverDefaults(
  given: Readonly<Record<string, unknown>>,
  defaults: Partial<StreamSettingValues>,
  field: string,
): Result<StreamSettings> {
  const nameOf = (key: string) =>
    key in defaults && given[key] === undefined ? `${field} (${fieldOf(key)})` : `${field}.${key}`;
  return readStreamSettings(given, defaults, nameOf);
}
