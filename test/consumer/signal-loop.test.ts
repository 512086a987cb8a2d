import { describe, expect, it } from 'vitest';
import { knownSample, type Signal, unknownSample } from '../../consumer/decision/sample.ts';
import type { EmittedMetric, Emitter } from '../../consumer/ports.ts';
import { run, type SignalLoopOptions } from '../../consumer/signal-loop.ts';
import { VirtualClock } from './support/virtual-clock.ts';

describe('signal loop', () => {
  it('emits a signal once a period and returns when it is aborted', async () => {
    const { clock, emitted, loop, stop } = start({});
    await clock.advance(3_000);
    stop();
    await loop;
    expect(emitted.map(({ atMs }) => atMs)).toEqual([0, 1_000, 2_000, 3_000]);
    expect(clock.sleeping).toBe(0);
  });

  it('waits for initialDelayMs before the first sample, and an abort cuts the wait short', async () => {
    const { clock, emitted, loop, stop } = start({ initialDelayMs: 10_000 });
    await clock.advance(9_999);
    expect(emitted).toEqual([]);
    stop();
    await loop;
    expect(emitted).toEqual([]);
  });

  it('emits neither a failed nor an unknown sample, and the loop goes on', async () => {
    const samples = [new Error('down'), 'unknown', 7] as const;
    let tick = 0;
    const errors: unknown[] = [];
    const signal: Signal = async () => {
      const next = samples[tick];
      tick += 1;
      if (next instanceof Error) throw next;
      return typeof next === 'number' ? knownSample(next, 0) : unknownSample('nobody knows', 0);
    };
    const { clock, emitted } = start({ signal, onSignalError: (error) => errors.push(error) });
    await clock.advance(2_000);
    expect(errors).toEqual([samples[0]]);
    expect(emitted).toMatchObject([{ atMs: 2_000, sample: { value: 7 } }]);
  });

  it('keeps the loop running after a failed emit and after a callback that throws', async () => {
    let emits = 0;
    const emit = async (): Promise<void> => {
      emits += 1;
      throw new Error('throttled');
    };
    const onEmitError = (): void => {
      throw new Error('a faulty callback');
    };
    const { clock } = start({ emitter: { emit, close: async () => {} }, onEmitError });
    await clock.advance(2_000);
    expect(emits).toBe(3);
  });

  it.each(['emitter', 'signal'] as const)(
    'a hanging %s costs one tick of one signal, and ticks never overlap',
    async (part) => {
      const clock = new VirtualClock(0);
      const hangOnce = hangsFor(clock, 60_000, 2);
      const hung = start(part === 'signal' ? { clock, hangSignal: hangOnce } : { clock, hangEmit: hangOnce });
      const other = start({ clock });
      await clock.advance(5_000);
      expect(hung.emitted.map(({ atMs }) => atMs)).toEqual([0, 2_000, 3_000, 4_000, 5_000]);
      expect(other.emitted).toHaveLength(6);
      expect(hung.errors).toHaveLength(1);
      expect(String(hung.errors[0])).toContain(`the ${part} did not answer within 500 ms`);
    },
  );

  it('adds jitter to the period, so that a fleet does not emit at once', async () => {
    const { clock, emitted } = start({ jitter: 0.1, random: () => 1 });
    await clock.advance(3_300);
    expect(emitted.map(({ atMs }) => atMs)).toEqual([0, 1_100, 2_200, 3_300]);
  });

  it('run() refuses wrong options with a RangeError that names every fault at once', async () => {
    const wrong = {
      name: ' ',
      periodMs: 0,
      jitter: 1,
      timeoutMs: -1,
    } as SignalLoopOptions;
    await expect(run(wrong)).rejects.toThrow(
      'name is empty; signal is missing; emitter is missing; abortSignal is missing: it is what ends the loop; periodMs must be above 0, got 0; timeoutMs must be above 0, got -1; jitter must be from 0 to below 1, got 1',
    );
  });
});

it('run() without any options is refused with a RangeError, not a TypeError', async () => {
  await expect(run(undefined as never)).rejects.toThrow(RangeError);
});

it('the callbacks of run() get the name of their signal, so that one handler can serve several', async () => {
  const clock = new VirtualClock(0);
  const heard: string[] = [];
  const options = {
    clock,
    onSample: (_: unknown, name: string) => heard.push(`sample of ${name}`),
    onSignalError: (_: unknown, name: string) => heard.push(`failed sample of ${name}`),
    onEmitError: (_: unknown, name: string) => heard.push(`failed emit of ${name}`),
  };
  const fails = () => Promise.reject(new Error('down'));
  start({ ...options, name: 'orders', signal: fails });
  start({ ...options, name: 'invoices', emitter: { emit: fails, close: async () => {} } });
  await clock.advance(0);
  expect(heard.toSorted()).toEqual(['failed emit of invoices', 'failed sample of orders', 'sample of invoices']);
});

type Hang = () => Promise<void>;

function start({
  hangSignal,
  hangEmit,
  clock = new VirtualClock(0),
  ...options
}: Partial<Omit<SignalLoopOptions, 'clock'>> & { clock?: VirtualClock; hangSignal?: Hang; hangEmit?: Hang }) {
  const stopping = new AbortController();
  const emitted: (EmittedMetric & { atMs: number })[] = [];
  const errors: unknown[] = [];
  const emitter: Emitter = {
    emit: async (metric) => {
      await hangEmit?.();
      emitted.push({ ...metric, atMs: clock.nowMs() });
    },
    close: async () => {},
  };
  const signal: Signal = async () => {
    await hangSignal?.();
    return knownSample(1, clock.nowMs());
  };
  const loop = run({
    name: 'lag',
    periodMs: 1_000,
    jitter: 0,
    signal,
    emitter,
    abortSignal: stopping.signal,
    clock,
    onSignalError: (error) => errors.push(error),
    onEmitError: (error) => errors.push(error),
    ...options,
  });
  return { clock, emitted, errors, loop, stop: () => stopping.abort() };
}

/** Hangs at its nth call, deaf to the abort signal. */
function hangsFor(clock: VirtualClock, ms: number, nth: number): Hang {
  let calls = 0;
  return async () => {
    calls += 1;
    if (calls === nth) await clock.sleep(ms);
  };
}
