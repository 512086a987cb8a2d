/**
 * What must hold whatever happens, asked of the models and not of the product: each accepted UpdateShardCount has one cause
 * of its own and stays within bounds and steps, dry run writes nothing, and what was disturbed agrees again in the end.
 */
import type { MetricAlarm } from '@aws-sdk/client-cloudwatch';
import type { Direction } from '../../core/alarm/alarm-definition.ts';
import { isLoadDriven } from '../../core/settings/stream-settings.ts';
import type { ModelCall } from '../../simulator/in-process-clients.ts';
import { consumerName, eventfulMinutes, settingsOf } from './history.ts';
import type { Invocation, Notice } from './invocations.ts';
import { minuteMs, type StreamAccount, startMs, userParts } from './stream-account.ts';

const hourMs = 3_600_000;

/** Watches the calls of one history. Each method returns what is wrong, in words. */
export class CallInvariants {
  readonly #account: StreamAccount;
  readonly #usedCauses = new Set<string>();
  readonly #callsMs: number[] = [];
  #handChangeSeenMs = Number.NEGATIVE_INFINITY;

  constructor(account: StreamAccount) {
    this.#account = account;
  }

  /** The function's own calls that AWS took in the last day. */
  get callsInLastDay(): number {
    return this.#callsMs.filter((ms) => ms > this.#account.nowMs - 24 * hourMs).length;
  }

  get lastCallAtMs(): number {
    return this.#callsMs.at(-1) ?? Number.NEGATIVE_INFINITY;
  }

  /** @param from open shard count at the moment of the call. */
  accepted(invocation: Invocation, call: ModelCall, from: number): readonly string[] {
    if (!call.writes) return [];
    const wrong = invocation.choice.dryRun ? [`${call.operation} in dry run`] : [];
    return call.operation === 'UpdateShardCount' ? [...wrong, ...this.#judgeScaling(invocation, from)] : wrong;
  }

  #judgeScaling(invocation: Invocation, from: number): readonly string[] {
    const account = this.#account;
    this.#callsMs.push(account.nowMs);
    const wrong: string[] = [];
    const to = account.targetShardCount;
    const { minShards, maxShards } = invocation.choice;
    // Kinesis has no call on a condition: whoever reshards by hand between our read and our call cannot be seen.
    const changedMeanwhile = account.changedByHandAtMs >= invocation.startedAtMs;
    if (to > from && to > maxShards) wrong.push(`scaled up to ${to}, above the maximum ${maxShards}`);
    if (to < from && to < minShards && !changedMeanwhile)
      wrong.push(`scaled down to ${to}, below the minimum ${minShards}`);
    if (to > 2 * from || to < Math.ceil(from / 2)) wrong.push(`a step from ${from} to ${to}`);
    if (to === from && !changedMeanwhile) wrong.push(`a call for the ${from} shards that are there`);
    if (this.callsInLastDay > 10) wrong.push(`${this.callsInLastDay} calls in 24 h`);
    return [...wrong, ...this.#judgeOccasion(invocation, from, to, changedMeanwhile)];
  }

  #judgeOccasion(
    { occasion, choice: { policy, minShards, maxShards } }: Invocation,
    from: number,
    to: number,
    changedMeanwhile: boolean,
  ): readonly string[] {
    switch (occasion.kind) {
      case 'alarm':
        // With a load policy an alarm only wakes: it is no cause, whatever it says.
        return policy === 'doubling' ? this.#judgeCause(occasion.notice, from, to, changedMeanwhile) : [];
      case 'look':
        return policy === 'doubling' ? ['a load check scaled a stream whose policy waits for alarms'] : [];
      case 'reconcile': {
        const isWithin = from >= minShards && from <= maxShards && !changedMeanwhile;
        return isWithin ? [`a reconcile scaled from ${from}, within ${minShards} to ${maxShards}`] : [];
      }
    }
  }

  #judgeCause(notice: Notice, from: number, to: number, changedMeanwhile: boolean): readonly string[] {
    const direction: Direction = notice.alarmName.endsWith('-scale-up') ? 'up' : 'down';
    const alarm = this.#account.alarm(direction);
    const wrong: string[] = [];
    if (notice.newState !== 'ALARM') wrong.push(`scaled on a notification of ${notice.newState}`);
    if (!changedMeanwhile && notice.judgedShardCount !== from)
      wrong.push(`scaled ${from} shards on a judgement of ${notice.judgedShardCount}`);
    if (!changedMeanwhile && (direction === 'up' ? to < from : to > from))
      wrong.push(`scaled from ${from} to ${to} on ${notice.alarmName}`);
    // Whoever forges a notification of an alarm that does stand in ALARM says nothing new.
    const causeAtMs = notice.forged ? Number(alarm.StateTransitionedTimestamp) : notice.changedAtMs;
    if (notice.forged && alarm.StateValue !== 'ALARM') wrong.push('scaled on a forged notification');
    if (this.#account.changedByHandAtMs > this.#handChangeSeenMs) this.#usedCauses.clear();
    this.#handChangeSeenMs = this.#account.changedByHandAtMs;
    const cause = `${notice.alarmName} ${causeAtMs}`;
    if (this.#usedCauses.has(cause)) wrong.push(`scaled twice for ${notice.alarmName} of ${clockText(causeAtMs)}`);
    this.#usedCauses.add(cause);
    return wrong;
  }
}

/** What disagrees with the stream's shard count now that nothing is at fault any more. */
export function findDisagreements(account: StreamAccount): readonly string[] {
  const count = account.isActive ? account.openShardCount : account.targetShardCount;
  const wrong = (['up', 'down'] as const).flatMap((direction) => faultsOfAlarm(direction, count, account));
  return [...wrong, ...faultsOfTags(count, account)];
}

/**
 * Its consumer reads more than it needs for as long as the parents drain, and never less. A reservation that no tag marks as
 * ours is told and not raised: one from before the first scaling looks so after a resharding by hand.
 */
export function findMissingConcurrency(account: StreamAccount): readonly string[] {
  const reserved = account.models.concurrency.reserved.get(consumerName);
  if (!account.hasConsumer || reserved === undefined) return [];
  const marked = (account.stream.tags.get(`autoscaling/concurrency/${consumerName}`) ?? '').split(' ');
  if (Number.isFinite(account.changedByHandAtMs) && !marked.includes(String(reserved))) return [];
  const wanted = account.openShardCount * 2;
  return reserved < wanted ? [`consumer: ${reserved} reserved, ${wanted} wanted`] : [];
}

/** The reconciler reads the tags of alarms for an hour after a scaling: an outage that lasts longer leaves them behind. */
function faultsOfTags(count: number, account: StreamAccount): readonly string[] {
  const [scaledAt = '', , to] = (account.stream.tags.get('autoscaling/scaling') ?? '').split(' ');
  const scaledAtMs = basicTime(scaledAt);
  const hourBeforeMs = startMs + (eventfulMinutes - 60) * minuteMs;
  if (to !== String(count) || account.changedByHandAtMs >= scaledAtMs || scaledAtMs < hourBeforeMs) return [];
  return (['up', 'down'] as const).flatMap((direction) => {
    const { AlarmArn: ResourceARN } = account.alarm(direction);
    const { Tags = [] } = account.models.cloudwatch.listTagsForResource({ ResourceARN });
    const tagged = Tags.find(({ Key }) => Key === 'LastScaledTimestamp')?.Value ?? 'never';
    const isBehind = tagged === 'never' || Date.parse(tagged.replace('+0000', 'Z')) < scaledAtMs;
    return isBehind ? [`${direction} alarm: last scaled ${tagged}, the stream ${scaledAt}`] : [];
  });
}

function faultsOfAlarm(direction: Direction, count: number, account: StreamAccount): readonly string[] {
  const alarm = account.alarm(direction);
  const settings = settingsOf(account.choice, account.hasConsumer);
  const wrong: string[] = [];
  const judged = alarm.Metrics?.find(({ Id }) => Id === 's1')?.Expression;
  if (judged !== String(count)) wrong.push(`judges by ${judged} shards, there are ${count}`);
  const rests =
    direction === 'up' ? count >= settings.maxShards : count <= settings.minShards || isLoadDriven(settings);
  const threshold = direction === 'up' ? settings.scaleUpThreshold : settings.scaleDownThreshold;
  const isResting = (alarm.Threshold ?? 0) < 0 || (alarm.Threshold ?? 0) > 1;
  if (rests ? !isResting : alarm.Threshold !== threshold)
    wrong.push(`has threshold ${alarm.Threshold} at ${count} shards`);
  if (alarm.StateValue === 'ALARM' && standsSince(alarm) <= Number(alarm.AlarmConfigurationUpdatedTimestamp))
    wrong.push('stands in ALARM by math that is gone');
  const kept =
    alarm.AlarmDescription === userParts.description &&
    alarm.AlarmActions?.join() === userParts.alarmActions.join() &&
    alarm.OKActions?.join() === userParts.okActions.join() &&
    alarm.TreatMissingData === userParts.treatMissingData;
  if (!kept) wrong.push('lost what the user had set');
  return wrong.map((text) => `${direction} alarm: ${text}`);
}

/** Alarms that have stood in ALARM for longer than a reconciler needs although nothing holds them. */
export function findStuckAlarms(
  account: StreamAccount,
  calls: Pick<CallInvariants, 'lastCallAtMs'>,
  patienceMs: number,
): readonly string[] {
  if (!account.isActive) return [];
  return (['up', 'down'] as const).flatMap((direction) => {
    const alarm = account.alarm(direction);
    if (alarm.StateValue !== 'ALARM' || account.nowMs - standsSince(alarm) < patienceMs) return [];
    const changedAtMs = Math.max(calls.lastCallAtMs, reshardedByHandAtMs(account, patienceMs));
    if (isHeld(direction, account, changedAtMs + patienceMs)) return [];
    return [`${direction} alarm: in ALARM since ${clockText(standsSince(alarm))}, and nothing holds it`];
  });
}

/** When the scaler saw that somebody else had resharded: within its patience, once nothing is at fault any more. */
function reshardedByHandAtMs({ stream, changedByHandAtMs }: StreamAccount, patienceMs: number): number {
  const seenAtMs = basicTime((stream.tags.get('autoscaling/settled') ?? '').split(' ')[0] ?? '');
  const latestMs = Math.max(changedByHandAtMs, startMs + eventfulMinutes * minuteMs) + patienceMs;
  return seenAtMs >= changedByHandAtMs && seenAtMs <= latestMs ? seenAtMs : changedByHandAtMs;
}

function isHeld(direction: Direction, account: StreamAccount, changedAtMs: number): boolean {
  const { nowMs, stream, openShardCount: count } = account;
  const settings = settingsOf(account.choice, account.hasConsumer);
  const isUp = direction === 'up';
  const cooldownMinutes = isUp ? settings.scaleUpCooldownMinutes : settings.scaleDownCooldownMinutes;
  if (nowMs < changedAtMs + cooldownMinutes * minuteMs) return true;
  if (isUp ? count >= settings.maxShards : count <= settings.minShards) return true;
  // A call that nobody knows the end of is counted as made.
  const told = (stream.tags.get('autoscaling/ledger') ?? '').split(' ').filter((word) => word !== '').length;
  return Math.max(stream.callsWithin24h(nowMs), told) >= settings.dailyQuota - (isUp ? 0 : settings.dailyQuotaReserve);
}

export function clockText(ms: number): string {
  const minutes = (ms - startMs) / minuteMs;
  const pad = (value: number) => String(Math.floor(value)).padStart(2, '0');
  return `${pad(minutes / 60)}:${pad(minutes % 60)}:${pad((minutes * 60) % 60)}`;
}

function standsSince(alarm: MetricAlarm): number {
  return Number(alarm.StateTransitionedTimestamp);
}

function basicTime(text: string): number {
  return Date.parse(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)/, '$1-$2-$3T$4:$5:'));
}
