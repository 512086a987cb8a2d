import { describe, expect, it } from 'vitest';
import { LoadHistory } from '../../../core/load/load-history.ts';
import { chooseWay } from '../../../core/load/resharding-way.ts';
import { ReplayStream, stepwiseLimits, streamLimits } from '../../../core/load/stream-replay.ts';

/** Two days of one shard's load, after a peak of so many shards. */
function wayOf(open: number, target: number, { callsLeft = 10, limits = stepwiseLimits, peak = 1 } = {}) {
  const load = LoadHistory.of([peak, ...new Array(2880).fill(1)]);
  const resharding = new ReplayStream(open, limits);
  const minutesSinceScaleUp = Number.POSITIVE_INFINITY;
  const input = { minute: load.length - 1, load, openShardCount: open, callsLeft, minutesSinceScaleUp, resharding };
  return chooseWay(input, target);
}

describe('the way to another shard count', () => {
  it.each([
    ['few shards are split one by one: it is as quick as a call', 2, 4, {}, 'steps'],
    ['many take a call', 8, 16, {}, 'call'],
    ['with few calls left splitting may take two minutes more', 4, 8, { callsLeft: 2 }, 'steps'],
    ['with more calls left it may not', 4, 8, { callsLeft: 3 }, 'call'],
    ['without a call left many are split as well', 32, 64, { callsLeft: 0 }, 'steps'],
    ['a short way down spends no call', 8, 4, {}, 'steps'],
    ['a long way down takes a call that is surely left over', 64, 32, {}, 'call'],
    ['a long way down takes steps where fewer than five calls are left', 64, 32, { callsLeft: 4 }, 'steps'],
    [
      'a long way down takes steps where the call is needed to come back',
      64,
      32,
      { callsLeft: 5, peak: 1000 },
      'steps',
    ],
    ['a stream that is resharded by calls only takes a call', 8, 4, { limits: streamLimits }, 'call'],
    [
      'a stream that is resharded by calls only and has none left takes nothing',
      8,
      4,
      { limits: streamLimits, callsLeft: 0 },
      undefined,
    ],
  ] as const)('%s', (_why, open, target, situation, way) => {
    expect(wayOf(open, target, situation)).toBe(way);
  });

  it('waits while a call cannot reach the count yet and steps would take long', () => {
    const stream = new ReplayStream(1, stepwiseLimits);
    stream.reshardStepwise(0, 8);
    stream.capacity(1);
    const load = LoadHistory.of([1]);
    const input = { minute: 0, load, openShardCount: 8, callsLeft: 9, minutesSinceScaleUp: 1, resharding: stream };
    expect([chooseWay(input, 16), chooseWay(input, 6)]).toEqual([undefined, 'steps']);
  });
});
