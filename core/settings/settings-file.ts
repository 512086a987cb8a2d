/**
 * settings.json, which the stack puts beside the functions' code: the streams of the deployment, each with its
 * settings.
 */
import { isObject, parseObject } from '../json-object.ts';
import { type Fault, quote, unknownKey } from '../result.ts';
import { findSharedConsumers } from './consumer-settings.ts';
import { readStreamSettings } from './read-stream-settings.ts';
import type { StreamSettings, StreamSettingValues } from './stream-settings.ts';

const file = 'settings.json';

/**
 * @param text `{"streams": {"orders": {…}}}`
 * @param defaults what stands in for a setting that a stream does not give.
 * @returns undefined, with a fault, for a file that cannot be read at all.
 */
export function readSettingsFile(
  text: string,
  defaults: Partial<StreamSettingValues>,
  faults: Fault[],
): ReadonlyMap<string, StreamSettings> | undefined {
  const content = parseObject(text);
  const streams = content?.streams;
  if (!content || !isObject(streams)) {
    faults.push({ field: file, value: quote(text), problem: 'is not {"streams": {…}}', remedy: 'deploy again' });
    return undefined;
  }
  for (const key of Object.keys(content)) if (key !== 'streams') faults.push(unknownKey(`${file}.${key}`, ['streams']));
  const fieldOf = (streamName: string) => `${file}.streams.${streamName}`;
  const read = new Map<string, StreamSettings>();
  for (const [streamName, given] of Object.entries(streams)) {
    const settings = readStream(given, defaults, fieldOf(streamName), faults);
    if (settings) read.set(streamName, settings);
  }
  faults.push(...findSharedConsumers(read, fieldOf));
  return read;
}

function readStream(
  given: unknown,
  defaults: Partial<StreamSettingValues>,
  field: string,
  faults: Fault[],
): StreamSettings | undefined {
  if (!isObject(given)) {
    const remedy = 'give {"minShards": 1, …}, or {} for the defaults';
    faults.push({ field, value: quote(given), problem: 'is not an object', remedy });
    return undefined;
  }
  const read = readStreamSettings(given, defaults, (key) => `${field}.${key}`);
  if (read.ok) return read.value;
  faults.push(...read.faults);
  return undefined;
}
