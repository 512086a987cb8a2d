/** What is read of one stream: the cheap reads by which most runs end, or all that a scaling needs. */
import { alarmNameOf, type Direction } from '../../core/alarm/alarm-definition.ts';
import type { ScalingAlarm } from '../../core/alarm/alarm-notification.ts';
import type { StreamSettings } from '../../core/settings/stream-settings.ts';
import type { ConsumerOrigin } from '../../core/stream/event-sources.ts';
import type { Tags } from '../../core/stream/stream-tags.ts';
import type { ScalerContext } from '../context.ts';
import type { UntaggedAlarm } from '../ports.ts';
import { settingsOf } from './ownership.ts';

export interface StateQuery {
  readonly streamName: string;
  /** As the deployment has them; the stream's tags may override them. */
  readonly settings: StreamSettings;
  /** By direction; the names of the stream's alarms unless a take-over named them otherwise. */
  readonly alarmNames: { readonly [D in Direction]: string };
  /** The tags of the alarms are read for a scaling, and for the reconcile after one. */
  readonly alarmTags: boolean;
  readonly iteratorAge: boolean;
  /** The shards are read also where no steps are under way, if the stream may be resharded stepwise. */
  readonly shards: boolean;
  /** Who named the consumers in `settings`. */
  readonly consumersFrom: ConsumerOrigin;
  /** Alarms that were read already, a hundred in one call. */
  readonly knownAlarms?: ReadonlyMap<string, UntaggedAlarm>;
  /** The stream's tags, where they were read for all streams at once. */
  readonly knownTags?: Tags;
  readonly nowMs: number;
}

/** The cheap reads: without the alarms' tags and the iterator age. */
export function minimalQuery(streamName: string, { deployment, clock }: ScalerContext): StateQuery {
  return {
    streamName,
    settings: settingsOf(deployment, streamName),
    alarmNames: alarmNamesOf(streamName),
    alarmTags: false,
    iteratorAge: false,
    shards: false,
    consumersFrom: deployment.streams === undefined ? 'environment' : 'deployment',
    nowMs: clock.nowMs(),
  };
}

/** All that a scaling needs, read by the time of the query that came before it. */
export function fullQuery(query: StateQuery): StateQuery {
  const { knownAlarms: _alarms, knownTags: _tags, ...rest } = query;
  return { ...rest, alarmTags: true, iteratorAge: true, shards: true };
}

export function alarmNamesOf(streamName: string): StateQuery['alarmNames'] {
  return { up: alarmNameOf(streamName, 'up'), down: alarmNameOf(streamName, 'down') };
}

/** From a notification: the alarm that fired, and its sibling by the swapped suffix. */
export function alarmNamesFrom({
  direction,
  alarmName,
  siblingName,
}: Pick<ScalingAlarm, 'direction' | 'alarmName' | 'siblingName'>): StateQuery['alarmNames'] {
  return direction === 'up' ? { up: alarmName, down: siblingName } : { up: siblingName, down: alarmName };
}
