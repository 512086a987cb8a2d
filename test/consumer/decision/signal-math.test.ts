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
  it('eventsPerSecond is unknown at first, then the delta over time, and 0 after a reset of the counter', async () => {
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

  it('eventsPerSecond keeps its baseline when a read fails', async () => {
    const source = counter(100, new Error('down'), 300);
    const signal = eventsPerSecond(source.read, { nowMs: source.nowMs });
    await signal(never);
    await expect(signal(never)).rejects.toThrow('down');
    // 200 events over the two seconds since the baseline.
    expect(await signal(never)).toMatchObject({ quality: 'ok', value: 100, unit: 'Count/Second' });
  });
});

describe('windowed rate', () => {
  it('windowedRate forgets what happened before its window', async () => {
    const source = counter(0, 1000, 1000, 1000);
    const signal = windowedRate(source.read, { nowMs: source.nowMs, windowMs: 2_000 });
    const rates = [];
    for (let read = 0; read < 4; read += 1) rates.push(knownValue(await signal(never)));
    expect(rates).toEqual([undefined, 1000, 500, 0]);
  });
});

describe('combinations', () => {
  it('max takes the largest part and sum adds the parts', async () => {
    expect(knownValue(await max(signal(3), signal(7))(never))).toBe(7);
    expect(knownValue(await sum(signal(3), signal(7))(never))).toBe(10);
  });

  it.each([
    ['max', max],
    ['sum', sum],
  ])('%s is unknown as soon as one part is unknown, because unknown is not 0', async (_, combine) => {
    expect(await combine(signal(3), unknown)(never)).toMatchObject({
      quality: 'unknown',
      because: expect.stringContaining('lost'),
    });
  });

  it('a combined signal is stale as soon as one part is, and as old as its oldest part', async () => {
    expect(await sum(signal(1), signal(2, true))(never)).toMatchObject({ quality: 'stale', value: 3, observedAtMs: 5 });
  });

  it('perWorker divides a total by the workers, and by one when none runs', async () => {
    expect(knownValue(await perWorker(signal(100), signal(4))(never))).toBe(25);
    expect(knownValue(await perWorker(signal(100), signal(0))(never))).toBe(100);
    expect((await perWorker(signal(100), unknown)(never)).quality).toBe('unknown');
  });

  it('eta is 0 without a backlog and the maximum for a backlog that does not shrink', async () => {
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
