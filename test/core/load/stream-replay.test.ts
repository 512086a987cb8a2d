import { describe, expect, it } from 'vitest';
import { ReplayStream, reshardMinutes, streamLimits } from '../../../core/load/stream-replay.ts';
import { KINESIS_FACTS } from '../../../simulator/models/kinesis-facts.ts';
import { KinesisAccount } from '../../../simulator/models/kinesis-model.ts';

const day = 1440;
/** Two steps a minute. */
const stepwiseLimits = { ...streamLimits, minutesPerStep: 0.5 };

describe('ReplayStream', () => {
  it('a stream serves the smaller and bills the larger count while it reshards', () => {
    const stream = new ReplayStream(32);
    expect(stream.call(10, 64)).toBe(true);
    // 1 + 64/32 minutes, from the minute after the call.
    expect([11, 13, 14].map((minute) => stream.capacity(minute))).toEqual([32, 32, 64]);
    expect([11, 13, 14].map((minute) => stream.billed(minute))).toEqual([64, 64, 64]);
    expect(stream.call(20, 32)).toBe(true);
    expect([stream.capacity(21), stream.billed(21)]).toEqual([32, 64]);
  });

  it.each([
    ['twice is the most', 8, 16, true],
    ['beyond twice', 8, 17, false],
    ['half, rounded up, is the least', 7, 4, true],
    ['below half', 7, 3, false],
    ['not whole', 8, 9.5, false],
    ['no shard', 1, 0, false],
  ])('UpdateShardCount reach: %s', (_why, open, target, accepted) => {
    expect(new ReplayStream(open).call(0, target)).toBe(accepted);
  });

  it('a stream refuses a call while it is UPDATING', () => {
    const stream = new ReplayStream(4);
    stream.call(0, 8);
    expect([1, 2, 3].map((minute) => stream.isUpdating(minute))).toEqual([true, true, false]);
    // At the end of a minute: what counts is the next one.
    expect(stream.call(1, 16)).toBe(false);
    expect(stream.call(2, 16)).toBe(true);
  });

  it('a stream refuses a count outside its bounds', () => {
    const open = (target: number) =>
      new ReplayStream(8, { ...streamLimits, minShards: 4, maxShards: 12 }).call(0, target);
    expect([3.5, 4, 12, 13].map(open)).toEqual([false, true, true, false]);
    expect(new ReplayStream(6, { ...streamLimits, minShards: 4 }).call(0, 3)).toBe(false);
  });

  it('minutesSinceScaleUp counts from the last call if that was up, and is infinite otherwise', () => {
    const stream = new ReplayStream(4);
    expect(stream.minutesSinceScaleUp(5)).toBe(Number.POSITIVE_INFINITY);
    stream.call(10, 8);
    expect(stream.minutesSinceScaleUp(25)).toBe(15);
    stream.call(30, 8);
    expect(stream.minutesSinceScaleUp(35)).toBe(Number.POSITIVE_INFINITY);
    stream.call(40, 4);
    expect(stream.minutesSinceScaleUp(45)).toBe(Number.POSITIVE_INFINITY);
  });

  it('resharding by hand spends no call of the quota and takes its minutes', () => {
    const stream = new ReplayStream(4);
    stream.reshardByHand(10, 20, 5);
    expect([15, 16].map((minute) => [stream.capacity(minute), stream.billed(minute)])).toEqual([
      [4, 20],
      [20, 20],
    ]);
    expect(stream.openShardCount).toBe(20);
    expect(stream.callsLeft(16)).toBe(10);
  });

  describe('stepwise', () => {
    const minutes = (stream: ReplayStream, from: number, to: number) =>
      Array.from({ length: to - from + 1 }, (_, index) => [stream.capacity(from + index), stream.billed(from + index)]);

    it('serves the half from the first merge on, is billed less with each, and spends no call', () => {
      const stream = new ReplayStream(8, stepwiseLimits);
      expect(stream.stepMinutes(4)).toBe(2);
      expect(stream.reshardStepwise(0, 4)).toBe(true);
      expect(minutes(stream, 1, 3)).toEqual([
        [4, 8],
        [4, 6],
        [4, 4],
      ]);
      expect([stream.openShardCount, stream.callsLeft(3), stream.steps]).toEqual([4, 10, 4]);
    });

    it('serves the old count until the last split is done', () => {
      const stream = new ReplayStream(2, stepwiseLimits);
      stream.reshardStepwise(0, 4);
      expect(minutes(stream, 1, 2)).toEqual([
        [2, 4],
        [4, 4],
      ]);
    });

    it('turns back to where it came from in as many steps', () => {
      const stream = new ReplayStream(64, stepwiseLimits);
      stream.reshardStepwise(0, 32);
      expect(minutes(stream, 1, 2).at(-1)).toEqual([32, 62]);
      expect(stream.stepMinutes(64)).toBe(2);
      stream.reshardStepwise(2, 64);
      expect(minutes(stream, 3, 5).map(([capacity]) => capacity)).toEqual([32, 32, 64]);
    });

    it('gives way to a call, which evens the shards; until then they accept what the largest does', () => {
      const stream = new ReplayStream(64, stepwiseLimits);
      stream.reshardStepwise(0, 32);
      stream.capacity(2);
      expect(stream.call(2, 64)).toBe(true);
      // 1 + 64/32 minutes, and one more off the 25 % grid of 60 shards.
      expect(minutes(stream, 3, 7)).toEqual([
        [32, 64],
        [32, 64],
        [32, 64],
        [32, 64],
        [64, 64],
      ]);
    });

    it('cannot be called beyond twice the shards that there are on the way', () => {
      const stream = new ReplayStream(1, stepwiseLimits);
      stream.reshardStepwise(0, 8);
      stream.capacity(1);
      expect([stream.callMinutes(7), stream.call(1, 7)]).toEqual([Number.POSITIVE_INFINITY, false]);
      expect(stream.call(1, 6)).toBe(true);
    });

    it('counts a slow step from its beginning when it merges, and from its end when it splits', () => {
      const slow = { ...stepwiseLimits, reshardSlowdown: 3 };
      const merging = new ReplayStream(2, slow);
      merging.reshardStepwise(0, 1);
      expect(minutes(merging, 1, 3)).toEqual([
        [1, 2],
        [1, 2],
        [1, 1],
      ]);
      const splitting = new ReplayStream(1, slow);
      splitting.reshardStepwise(0, 2);
      expect(minutes(splitting, 1, 3)).toEqual([
        [1, 2],
        [1, 2],
        [2, 2],
      ]);
    });

    it('is no way for a stream that is resharded by calls only', () => {
      expect(new ReplayStream(4).stepMinutes(8)).toBe(Number.POSITIVE_INFINITY);
    });
  });

  it('a stream accepts ten calls in any 24 hours, and one made exactly a day ago still counts', () => {
    const stream = new ReplayStream(100);
    for (let call = 0; call < 10; call++) expect(stream.call(call * 60, call % 2 === 0 ? 200 : 100)).toBe(true);
    expect(stream.callsLeft(day)).toBe(0);
    expect(stream.call(day, 200)).toBe(false);
    expect(stream.call(day + 1, 200)).toBe(true);
  });

  it('the replay agrees with the model of Kinesis that local AWS uses', () => {
    const minuteMs = 60_000;
    const account = new KinesisAccount({ accountId: '111122223333', region: 'us-east-1' });
    for (const [from, to] of [
      [1, 2],
      [3, 4],
      [8, 16],
      [10, 13],
      [64, 128],
      [100, 50],
      [33, 17],
    ] as const) {
      const stream = account.createStream({ streamName: `of-${from}`, openShardCount: from, nowMs: 0 });
      const replay = new ReplayStream(from);
      stream.updateShardCount(to, minuteMs);
      replay.call(0, to);
      for (let minute = 1; minute < 12; minute++) {
        expect(replay.capacity(minute)).toBe(stream.capacityShardCountAt(minute * minuteMs));
        expect(replay.billed(minute)).toBe(stream.billedShardCountAt(minute * minuteMs));
      }
      expect(reshardMinutes(from, to)).toBe(Math.ceil(KINESIS_FACTS.reshardingMs(from, to) / minuteMs));
    }
  });

  it('reshardSlowdown multiplies the minutes of resharding', () => {
    expect(reshardMinutes(16, 32, { ...streamLimits, reshardSlowdown: 3 })).toBe(6);
  });
});
