/**
 * `adaptive`: the `target` policy that would have served this stream best.
 *
 * Every six hours, each candidate setting runs a stream of its own through the last week of offered load, under
 * Kinesis's own rules. The policy then follows the candidate that minimises
 *
 *     shard-minutes billed + price x shard-minutes of load thrown away
 *
 * The price is an error budget at work: it rises with what the real stream has thrown away in that week. A stream that
 * has used up its budget is scaled cautiously, and one that has not may run close to its limit.
 *
 * It has no memory: the replay begins at a midnight and its result depends on the load alone, so that two invocations
 * choose alike.
 */
import { dayMinutes } from '../time.ts';
import { type Candidate, candidates } from './candidates.ts';
import type { LoadSeries } from './load-history.ts';
import { ReplayStream, type StreamLimits, streamLimits } from './stream-replay.ts';
import { chooseTarget } from './target.ts';

export interface AdaptiveSettings {
  /** Share of the load that may be thrown away; the price is `price` when the stream throws away exactly this. */
  readonly budget: number;
  /** Shard-minutes that a shard-minute of load thrown away is worth. */
  readonly price: number;
  /** How steeply the price rises beyond that: by e for every budget / steepness thrown away. */
  readonly steepness: number;
  /** Bounds of the price, as multiples of itself. */
  readonly lowestPrice: number;
  readonly highestPrice: number;
  readonly candidates: readonly Candidate[];
}

export const adaptiveDefaults: AdaptiveSettings = {
  budget: 0.0003,
  price: 50,
  steepness: 1.25,
  lowestPrice: 1 / 3,
  highestPrice: 15,
  candidates,
};

/** The replay assumes that resharding is slower than usual: AWS does not promise how long it takes. */
export const replayLimits: StreamLimits = { ...streamLimits, reshardSlowdown: 3 };

/** A choice is made at every multiple of this many minutes of the day (UTC). */
export const CHOICE_MINUTES = 360;
/** Whole days replayed before today. With the week that `target` looks back from there: 15 days, as long as CloudWatch keeps minutes. */
export const REPLAYED_DAYS = 6;
/** Until so many minutes are known there is nothing to replay, and `firstDaySettings` apply. */
export const WARM_UP_MINUTES = dayMinutes;

export interface ReplayedCandidate {
  readonly name: string;
  readonly shardHours: number;
  readonly throttledFraction: number;
  /** What the choice minimises, in shard-hours. */
  readonly score: number;
}

export interface Choice {
  readonly candidate: Candidate;
  /** Price of a shard-minute of load thrown away, after the error budget. */
  readonly price: number;
  /** Every candidate that may be followed now, best first. */
  readonly replayed: readonly ReplayedCandidate[];
}

/** The minute (index into the load) of the choice in force at `minute`; undefined before the first. */
export function choiceMinute(minute: number): number | undefined {
  const at = Math.floor(minute / CHOICE_MINUTES) * CHOICE_MINUTES;
  return at >= WARM_UP_MINUTES ? at : undefined;
}

/** The midnight at which a replay begins. */
export function replayStart(minute: number): number {
  return Math.max(0, Math.floor(minute / dayMinutes) - REPLAYED_DAYS) * dayMinutes;
}

const STARTING_UTILIZATION = 0.5;

/**
 * Replays and chooses. Keep one for as long as the load only grows: it goes on from where the last choice ended. A new
 * one gives the same choices, after a longer replay. Minute 0 of the load must be a midnight (UTC).
 */
export class Replay {
  readonly #settings: AdaptiveSettings;
  readonly #limits: StreamLimits;
  #from = -1;
  #next = 0;
  #streams: CandidateStream[] = [];

  constructor(settings: AdaptiveSettings = adaptiveDefaults, limits: StreamLimits = replayLimits) {
    this.#settings = settings;
    this.#limits = limits;
  }

  /** @param throttledFraction of the real stream's load in the replayed days */
  choose(load: LoadSeries, minute: number, throttledFraction: number): Choice {
    this.#advance(load, minute);
    const { budget, price: base, steepness, lowestPrice, highestPrice } = this.#settings;
    const pressure = Math.exp(steepness * (throttledFraction / budget - 1));
    const price = base * Math.min(highestPrice, Math.max(lowestPrice, pressure));
    const offered = load.mean(this.#from, minute) * (minute - this.#from + 1);
    const days = Math.floor((minute - this.#from + 1) / dayMinutes);
    const ranked = this.#streams
      .filter(({ candidate }) => candidate.leastDays <= days)
      .map((stream) => ({ stream, score: stream.billed + price * stream.throttled }))
      .sort((a, b) => a.score - b.score);
    const [best] = ranked;
    if (best === undefined) throw new RangeError('adaptive needs at least one candidate');
    return {
      candidate: best.stream.candidate,
      price,
      replayed: ranked.map(({ stream, score }) => ({
        name: stream.candidate.name,
        shardHours: stream.billed / 60,
        throttledFraction: offered > 0 ? stream.throttled / offered : 0,
        score: score / 60,
      })),
    };
  }

  #advance(load: LoadSeries, minute: number): void {
    const from = replayStart(minute);
    if (from !== this.#from) {
      const open = Math.max(this.#limits.minShards, Math.ceil(load.at(from) / STARTING_UTILIZATION));
      this.#streams = this.#settings.candidates.map((each) => new CandidateStream(each, open, this.#limits));
      this.#from = from;
      this.#next = from;
    }
    for (const stream of this.#streams) for (let at = this.#next; at <= minute; at++) stream.step(load, at);
    this.#next = minute + 1;
  }
}

/** One candidate's own stream. It reuses one input object, so that the loop allocates nothing. */
class CandidateStream {
  readonly candidate: Candidate;
  billed = 0;
  throttled = 0;
  readonly #stream: ReplayStream;
  readonly #input: {
    minute: number;
    load: LoadSeries;
    openShardCount: number;
    callsLeft: number;
    minutesSinceScaleUp: number;
  };

  constructor(candidate: Candidate, openShardCount: number, limits: StreamLimits) {
    this.candidate = candidate;
    this.#stream = new ReplayStream(openShardCount, limits);
    this.#input = { minute: 0, load: nothing, openShardCount, callsLeft: 0, minutesSinceScaleUp: 0 };
  }

  step(load: LoadSeries, minute: number): void {
    const stream = this.#stream;
    this.billed += stream.billed(minute);
    this.throttled += Math.max(0, load.at(minute) - stream.capacity(minute));
    if (stream.isUpdating(minute + 1)) return;
    const input = this.#input;
    input.minute = minute;
    input.load = load;
    input.openShardCount = stream.openShardCount;
    input.callsLeft = stream.callsLeft(minute);
    input.minutesSinceScaleUp = stream.minutesSinceScaleUp(minute);
    const target = chooseTarget(this.candidate.settings, input);
    if (target !== stream.openShardCount) stream.call(minute, target);
  }
}

const nothing: LoadSeries = { length: 0, at: () => 0, peak: () => 0, mean: () => 0 };
