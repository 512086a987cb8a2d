import { describe, expect, it } from 'vitest';
import { knownSample, type Sample, type Signal, unknownSample } from '../../../consumer/decision/sample.ts';
import {
  eta,
  eventsPerSecond,
  max,
  maxEtaSeconds,
  perWorker,
  sum,
  windowedRate,
} from '../../../consumer/decision/signal-math.ts';

const never = new AbortController().signal;

describe('events per second', () => {
  it('is unknown first, then delta over time; a reset reads 0 and is the new baseline', async () => {
    const source = counter(100, 150, 20, 80);
    const signal = eventsPerSecond(source.read, { nowMs: source.nowMs });
    const samples = [await signal(never), await signal(never), await signal(never), await signal(never)];
    expect(samples.map((sample) => (sample.quality === 'unknown' ? 'unknown' : sample.value))).toEqual([
      'unknown',
      50,
      0,
      60,
    ]);
  });

  it('keeps its baseline over a failed read', async () => {
    const source = counter(100, new Error('down'), 300);
    const signal = eventsPerSecond(source.read, { nowMs: source.nowMs });
    await signal(never);
    await expect(signal(never)).rejects.toThrow('down');
    // 200 events over the two seconds since the baseline.
    expect(await signal(never)).toMatchObject({ quality: 'ok', value: 100, unit: 'Count/Second' });
  });
});

describe('windowed rate', () => {
  it('forgets what lies before the window', async () => {
    const source = counter(0, 1000, 1000, 1000);
    const signal = windowedRate(source.read, { nowMs: source.nowMs, windowMs: 2_000 });
    const rates = [];
    for (let read = 0; read < 4; read += 1) rates.push(knownValue(await signal(never)));
    expect(rates).toEqual([undefined, 1000, 500, 0]);
  });
});

describe('combinations', () => {
  it('take the largest and the sum', async () => {
    expect(knownValue(await max(signal(3), signal(7))(never))).toBe(7);
    expect(knownValue(await sum(signal(3), signal(7))(never))).toBe(10);
  });

  it.each([
    ['max', max],
    ['sum', sum],
  ])('%s is unknown as soon as a part is: an unknown is not 0', async (_, combine) => {
    expect(await combine(signal(3), unknown)(never)).toMatchObject({
      quality: 'unknown',
      because: expect.stringContaining('lost'),
    });
  });

  it('are stale as soon as a part is, and as old as the oldest', async () => {
    expect(await sum(signal(1), signal(2, true))(never)).toMatchObject({ quality: 'stale', value: 3, observedAtMs: 5 });
  });

  it('share a total among the workers, and among one when none runs', async () => {
    expect(knownValue(await perWorker(signal(100), signal(4))(never))).toBe(25);
    expect(knownValue(await perWorker(signal(100), signal(0))(never))).toBe(100);
    expect((await perWorker(signal(100), unknown)(never)).quality).toBe('unknown');
  });

  it('tell when a backlog is gone: at once when there is none, never when it does not shrink', async () => {
    expect(await eta(signal(100), signal(4))(never)).toMatchObject({ value: 25, unit: 'Seconds' });
    expect(knownValue(await eta(signal(0), signal(0))(never))).toBe(0);
    expect(knownValue(await eta(signal(100), signal(0))(never))).toBe(maxEtaSeconds);
    expect(knownValue(await eta(signal(100), signal(-5))(never))).toBe(maxEtaSeconds);
  });
});

const unknown: Signal = async () => unknownSample('lost', 5);

function signal(value: number, stale = false): Signal {
  return async () => knownSample(value, stale ? 5 : 10, { stale });
}

function knownValue(sample: Sample): number | undefined {
  return sample.quality === 'unknown' ? undefined : sample.value;
}

/** A counter that is read once a second. */
function counter(...readings: readonly (number | Error)[]) {
  let reads = 0;
  return {
    nowMs: () => reads * 1000,
    read: async (): Promise<number> => {
      const reading = readings[reads];
      reads += 1;
      if (typeof reading !== 'number') throw reading;
      return reading;
    },
  };
}
