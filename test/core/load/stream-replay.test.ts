import { describe, expect, it } from 'vitest';
import { ReplayStream, reshardMinutes, streamLimits } from '../../../core/load/stream-replay.ts';
import { KINESIS_FACTS } from '../../../simulator/models/kinesis-facts.ts';
import { KinesisAccount } from '../../../simulator/models/kinesis-model.ts';

const day = 1440;

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
