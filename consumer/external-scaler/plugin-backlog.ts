/** The backlog of a plugin: all consumer groups that its deployment reads with, weighed by their progress. */
import { type GroupProgress, weighBacklog } from '../decision/backlog.ts';
import { knownSample, type Signal, unknownSample } from '../decision/sample.ts';
import type { Burrow } from '../signals/burrow.ts';
import { namedSignal } from '../signals/named-signal.ts';
import type { Entity } from './metadata.ts';
import type { PluginPrefixes } from './plugin-prefixes.ts';

export interface PluginOptions {
  /** Consumer groups of plugins begin with this. Default: with anything. */
  readonly groupPrefix?: string;
  /** Tells what the groups of a plugin contain. Default: the plugin's name. */
  readonly prefixes?: PluginPrefixes;
  /** Hears how many groups a plugin has: without one its backlog is 0 as well. */
  readonly onGroups?: (pluginName: string, groupCount: number) => void;
}

type Plugin = Omit<Extract<Entity, { type: 'plugin' }>, 'type'>;

/**
 * The weighed backlog over all groups of a plugin, Count. No group at all is 0, and the sample's note says so: Burrow
 * was asked, and nobody reads. A deployment that is not known, or a group that cannot be read whole, makes the value
 * unknown, for what is left of the sum would look like progress.
 */
export function pluginBacklog(
  plugin: Plugin,
  options: PluginOptions & { readonly burrow: Burrow; readonly nowMs: () => number },
): Signal {
  const { pluginName } = plugin;
  const { burrow, nowMs, groupPrefix = '', prefixes, onGroups } = options;
  const details = { unit: 'Count', dimensions: { Plugin: pluginName } } as const;
  return namedSignal(`backlog of plugin ${pluginName}`, async (abortSignal) => {
    const contained = prefixes === undefined ? pluginName : await prefixes.prefixOf(pluginName, abortSignal);
    if (contained === undefined) return unknownSample('no deployment has this key', nowMs(), details);
    const all = await burrow.listGroups(abortSignal);
    const groups = all.filter((group) => belongsTo(group, contained, groupPrefix, plugin.includeHistoric));
    onGroups?.(pluginName, groups.length);
    if (groups.length === 0) {
      const note = `no consumer group begins with ${JSON.stringify(groupPrefix)} and contains ${JSON.stringify(contained)}`;
      return knownSample(0, nowMs(), { ...details, note });
    }
    const total: { -readonly [Field in keyof GroupProgress]: number } = {
      processedPerMinute: 0,
      addedPerMinute: 0,
      lag: 0,
    };
    const answers = await Promise.all(groups.map((group) => burrow.progress(group, nowMs(), abortSignal)));
    for (const [index, answer] of answers.entries()) {
      if (!answer.known) return unknownSample(`group ${groups[index]}: ${answer.because}`, nowMs(), details);
      total.processedPerMinute += answer.value.processedPerMinute;
      total.addedPerMinute += answer.value.addedPerMinute;
      total.lag += answer.value.lag;
    }
    return knownSample(weighBacklog(total), nowMs(), details);
  });
}

function belongsTo(group: string, contained: string, prefix: string, includeHistoric: boolean): boolean {
  const name = group.toLowerCase();
  if (!name.startsWith(prefix.toLowerCase()) || !name.includes(contained.toLowerCase())) return false;
  return includeHistoric || !name.endsWith('-historic');
}
