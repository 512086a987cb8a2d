/**
 * A stream's own tags override the deployment's settings: `autoscaling/min-shards = 4`. No call is needed for them alone.
 * Where a tag cannot be read, the deployment's value stays in force, and people are notified once. Tags that contradict each
 * other hold the stream, since any choice between them would be a guess.
 */
import { fingerprint } from '../fingerprint.ts';
import { describeFault, type Fault, quote } from '../result.ts';
import { readStreamSettings } from '../settings/read-stream-settings.ts';
import { findValueFault, readText } from '../settings/setting.ts';
import { tagOf, tagPrefix } from '../settings/setting-tag.ts';
import {
  type StreamSettingName,
  type StreamSettings,
  streamSettingNames,
  streamSettingsTable,
} from '../settings/stream-settings.ts';
import type { Tags } from './stream-tags.ts';

/** A stream tagged `autoscaling/enabled = true` is managed although no deployment names it. */
export const enabledTag = `${tagPrefix}enabled`;
/** On an alarm of ours whose stream asks no longer: since when, and when it was last seen so. */
export const orphanTag = `${tagPrefix}orphan-since`;
export const consumersTag = `${tagPrefix}consumers`;
/** On every alarm that this product made for such a stream, not on the stream. Its value is the deployment's name. */
export const ownerTag = `${tagPrefix}owner`;
/** Fingerprint of the tag faults of which people were notified last. */
export const notifiedFaultsTag = `${tagPrefix}told-faults`;

/** Whether a stream's own tags ask for it to be managed. */
export function isEnabled(tags: Tags): boolean {
  return tags[enabledTag]?.trim().toLowerCase() === 'true';
}

export interface Overrides {
  readonly settings: StreamSettings;
  /** Tags that were ignored: the deployment's value stays in force. */
  readonly faults: readonly Fault[];
  /** Tags that are valid one by one and contradict each other: they hold the stream. */
  readonly contradictions: readonly Fault[];
}

/** @param functionArnOf the ARN of a consumer by its name. Tags take no colon, so they hold names only. */
export function applyOverrides(base: StreamSettings, tags: Tags, functionArnOf: (name: string) => string): Overrides {
  const faults: Fault[] = [];
  const given: Record<string, unknown> = {};
  for (const name of streamSettingNames) {
    const text = tags[tagOf(name)]?.trim();
    // A tag may repeat the deployment's value, also where no tag may change it.
    if (text === undefined || text === String(base[name])) continue;
    const value = readText(streamSettingsTable[name], text);
    const fault = findTagFault(name, value);
    if (fault) faults.push(fault);
    else given[name] = value;
  }
  const consumers = tags[consumersTag];
  if (consumers !== undefined) given.consumers = readConsumersTag(consumers, functionArnOf, faults);
  if (Object.keys(given).length === 0) return { settings: base, faults, contradictions: [] };
  const together = readStreamSettings(given, base, tagOf);
  if (together.ok) return { settings: together.value, faults, contradictions: [] };
  return { settings: base, faults, contradictions: together.faults };
}

/** Fingerprint of a stream's tag faults; empty when there are none. */
export function fingerprintOfFaults(faults: readonly Fault[]): string {
  return faults.length === 0 ? '' : fingerprint(faults.map(describeFault).join('\n'));
}

/** Whether a stream's tag faults differ from those of which people were notified last. */
export function haveFaultsChanged(faults: readonly Fault[], tags: Tags): boolean {
  return fingerprintOfFaults(faults) !== (tags[notifiedFaultsTag] ?? '');
}

function findTagFault(name: StreamSettingName, value: unknown): Fault | undefined {
  const setting = streamSettingsTable[name];
  const { noTagFor } = setting;
  if (noTagFor === undefined) return findValueFault(setting, value, tagOf(name));
  const remedy = `set ${name} where the stream is deployed from: ${noTagFor}`;
  return { field: tagOf(name), value: quote(value), problem: 'cannot be set by a tag', remedy };
}

/** `orders-processor/2 audit`: function names, each with its concurrent executions per shard, or its mapping's. */
function readConsumersTag(text: string, functionArnOf: (name: string) => string, faults: Fault[]): unknown[] {
  return text.split(/\s+/).flatMap((word) => {
    if (word === '') return [];
    const match = /^([A-Za-z0-9_-]{1,64})(?:\/(\d{1,2}))?$/.exec(word);
    if (match?.[1]) {
      const count = match[2] === undefined ? {} : { lambdasPerShard: Number(match[2]) };
      return [{ functionArn: functionArnOf(match[1]), ...count }];
    }
    faults.push({
      field: consumersTag,
      value: quote(word),
      problem: 'is not NAME or NAME/LAMBDAS_PER_SHARD',
      remedy: 'give for example orders-processor/2',
    });
    return [];
  });
}
