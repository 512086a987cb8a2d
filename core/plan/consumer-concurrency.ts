/**
 * The reserved concurrency of a stream's consumers follows its shards. It is raised at once. It is lowered only when the
 * consumers have read the parents of the last resharding to their end. A cap that somebody else set is never lowered or
 * removed, and 0 (a consumer that somebody stopped) is never touched.
 */
import { readJudgedShardCount } from '../alarm/alarm-definition.ts';
import { reshardingOverAtMs } from '../stream/settled-shards.ts';
import type { StreamFacts } from '../stream/stream-facts.ts';
import {
  type ConsumerState,
  concurrencySetByUs,
  intentTookEffect,
  liveAlarms,
  type StreamState,
} from '../stream/stream-state.ts';
import { encodeConcurrency, type Tags, tagKeys } from '../stream/stream-tags.ts';
import { minuteMs } from '../time.ts';
import type { Lane, SetConcurrency } from './effects.ts';
import type { Finding } from './findings.ts';

/** What was found about one consumer, and the effects that repair it. */
export interface ConsumerRepair {
  readonly findings: readonly Finding[];
  readonly lane: Lane;
}

/**
 * One repair for each consumer. What the account can still reserve is one pool, and each consumer gets what those before it
 * leave; otherwise they would together ask for more than there is.
 */
export function planConsumers(shardCount: number, facts: StreamFacts): readonly ConsumerRepair[] {
  let taken = 0;
  return facts.state.consumers.map((consumer) => {
    const { reservableConcurrency: pool } = consumer;
    const offered = { ...consumer, reservableConcurrency: pool === undefined ? undefined : pool - taken };
    const repair = repairConsumer(offered, shardCount, facts);
    taken += takenBy(repair.lane);
    return repair;
  });
}

function takenBy(lane: Lane): number {
  return lane.reduce(
    (sum, effect) => sum + (effect.kind === 'set-concurrency' ? Math.max(0, effect.to - (effect.from ?? 0)) : 0),
    0,
  );
}

export function repairConsumer(consumer: ConsumerState, shardCount: number, facts: StreamFacts): ConsumerRepair {
  const { functionName, reservedConcurrency: reserved } = consumer;
  if (consumer.isMissing) return { findings: [{ kind: 'consumer-missing', functionName }], lane: [] };
  const unmapped: readonly Finding[] = consumer.isMapped === false ? [{ kind: 'consumer-unmapped', functionName }] : [];
  if (reserved === 0) return { findings: [{ kind: 'concurrency-stopped', functionName }], lane: [] };
  const wanted = concurrencyFor(consumer, shardCount);
  const needed = concurrencyFor(consumer, Math.max(shardCount, shardsBefore(facts)));
  if (wanted === undefined || needed === undefined) {
    return { findings: [...unmapped, { kind: 'concurrency-unknown', functionName }], lane: [] };
  }
  const repair = fitConcurrency(consumer, wanted, needed, facts);
  return { ...repair, findings: [...unmapped, ...repair.findings] };
}

/** Until a resharding of ours is over, the shards from before it have readers too. 0 when it is over, and where none is known. */
function shardsBefore({ state, nowMs }: StreamFacts): number {
  const isOver = reshardingOverAtMs(state, nowMs) !== undefined;
  return isOver || !intentTookEffect(state) ? 0 : (state.intent?.from ?? 0);
}

/** The executions that the function needs for this stream and all its other sources. Undefined where that is unknown. */
function concurrencyFor(consumer: ConsumerState, shardCount: number): number | undefined {
  const { executionsPerShard, executionsElsewhere } = consumer;
  return executionsElsewhere === undefined ? undefined : executionsElsewhere + shardCount * executionsPerShard;
}

function fitConcurrency(consumer: ConsumerState, wanted: number, needed: number, facts: StreamFacts): ConsumerRepair {
  const { functionName, reservedConcurrency: reserved } = consumer;
  if (reserved === undefined || reserved < needed) {
    if (reserved === undefined || isOurs(consumer, facts.state)) return raiseConcurrency(consumer, needed, facts);
    return { findings: [{ kind: 'concurrency-set-by-others', functionName, reserved, wanted: needed }], lane: [] };
  }
  if (reserved > wanted) return lowerConcurrency(consumer, reserved, wanted, facts);
  return { findings: [], lane: [] };
}

function lowerConcurrency(
  consumer: ConsumerState,
  reserved: number,
  wanted: number,
  facts: StreamFacts,
): ConsumerRepair {
  const { functionName } = consumer;
  if (!isOurs(consumer, facts.state)) return { findings: [], lane: [] };
  if (!parentsAreDrained(facts)) {
    return { findings: [{ kind: 'concurrency-waits-for-drain', functionName, reserved, wanted }], lane: [] };
  }
  const lane = setLane(consumer, wanted, facts);
  return { findings: [{ kind: 'concurrency-differs', functionName, reserved, wanted }], lane };
}

function raiseConcurrency(consumer: ConsumerState, wanted: number, facts: StreamFacts): ConsumerRepair {
  const { functionName, reservedConcurrency: reserved } = consumer;
  const affordable = affordableConcurrency(consumer);
  const to = affordable === undefined ? wanted : Math.min(wanted, affordable);
  const findings: Finding[] =
    to < wanted ? [{ kind: 'concurrency-unaffordable', functionName, wanted, affordable: to }] : [];
  // A first reservation that is too small would throttle a consumer that has no limit today.
  if (to <= (reserved ?? wanted - 1)) return { findings, lane: [] };
  findings.push({ kind: 'concurrency-differs', functionName, reserved, wanted });
  return { findings, lane: setLane(consumer, to, facts) };
}

/** Tags to write with an intent: the reservation as it is, if it is ours, and as it will be. */
export function concurrencyTags(state: StreamState, shardCount: number): Tags {
  return Object.fromEntries(
    state.consumers.flatMap((consumer) => {
      const wanted = concurrencyFor(consumer, shardCount);
      if (wanted === undefined || consumer.isMissing) return [];
      return [[tagKeys.concurrency + consumer.functionName, encodeConcurrency(withCurrent(consumer, state, wanted))]];
    }),
  );
}

function withCurrent(consumer: ConsumerState, state: StreamState, wanted: number): readonly number[] {
  const current = consumer.reservedConcurrency;
  return current !== undefined && current !== wanted && isOurs(consumer, state) ? [current, wanted] : [wanted];
}

/**
 * A reservation is ours if a tag says that we set it. It is ours as well if it is exactly what the open shards need, or the
 * shards by which the alarms still judge: the reference autoscaler writes no tag. Where there is no tag, the shards before
 * the last scaling count too: that scaling wrote none if it could not read the consumer. Of two streams that share a
 * consumer, the other one may have written the tag.
 */
function isOurs(consumer: ConsumerState, state: StreamState): boolean {
  const { reservedConcurrency: current, executionsElsewhere } = consumer;
  if (current === undefined) return false;
  const set = concurrencySetByUs(state, consumer);
  const judged = liveAlarms(state).map(({ definition }) => readJudgedShardCount(definition.metrics));
  const counts = [state.openShardCount, ...judged].filter((count) => count !== undefined);
  if (set.includes(current) || counts.some((count) => current === concurrencyFor(consumer, count))) return true;
  const mayBeUntagged = set.length === 0 || executionsElsewhere !== 0;
  return mayBeUntagged && state.intent !== undefined && current === concurrencyFor(consumer, state.intent.from);
}

function affordableConcurrency(consumer: ConsumerState): number | undefined {
  if (consumer.reservableConcurrency === undefined) return undefined;
  return (consumer.reservedConcurrency ?? 0) + Math.max(0, consumer.reservableConcurrency);
}

/** The tag comes first: a function that dies in between must not leave a reservation of ours that looks like somebody else's. */
function setLane(consumer: ConsumerState, to: number, { state, settings, nowMs }: StreamFacts): Lane {
  const { functionName, reservedConcurrency: from } = consumer;
  const ours = isOurs(consumer, state);
  const onFailure = settings.concurrencyFallback === 'remove' && ours ? 'fall-back' : 'continue';
  const set: SetConcurrency = { kind: 'set-concurrency', functionName, from, to, onFailure };
  if (concurrencySetByUs(state, consumer).includes(to)) return [set];
  // Kinesis takes no tag now. A scaling that is only planned writes it with its intent; any other waits, or what it reserves
  // would pass for somebody else's.
  if (state.status !== 'ACTIVE') return state.intent?.atMs === nowMs ? [set] : [];
  const tags = { [tagKeys.concurrency + functionName]: encodeConcurrency(withCurrent(consumer, state, to)) };
  return [{ kind: 'tag-stream', tags, onFailure: 'abort' }, set];
}

/** Where the iterator age is ignored, consumers get so long to read the closed shards to their end. */
const drainMs = 10 * minuteMs;

/** Whether every consumer has read past the end of the last resharding, so that nobody reads its closed shards any more. */
function parentsAreDrained({ state, settings, nowMs }: StreamFacts): boolean {
  const overAtMs = reshardingOverAtMs(state, nowMs);
  if (overAtMs === undefined) return false;
  if (settings.iteratorAge === 'ignore') return nowMs > overAtMs + drainMs;
  const { iteratorAge } = state;
  return iteratorAge?.seen === true && iteratorAge.atMs - iteratorAge.ageMs > overAtMs;
}
