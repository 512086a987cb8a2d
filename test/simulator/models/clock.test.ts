import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { RealClock, VirtualClock } from '../../../simulator/models/clock.ts';

describe('VirtualClock', () => {
  it('runs events in order of time, then of arrival, and shows each its own time', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 40 }), (times) => {
        const clock = new VirtualClock({ startMs: 0 });
        const ran: { atMs: number; arrival: number }[] = [];
        times.forEach((atMs, arrival) => {
          clock.schedule(atMs, () => ran.push({ atMs: clock.nowMs(), arrival }));
        });
        clock.advanceTo(20);
        const expected = times
          .map((atMs, arrival) => ({ atMs, arrival }))
          .sort((a, b) => a.atMs - b.atMs || a.arrival - b.arrival);
        expect(ran).toEqual(expected);
        expect(clock.nowMs()).toBe(20);
      }),
    );
  });

  it('runs what events schedule, keeps later events, and forgets cancelled ones', () => {
    const clock = new VirtualClock({ startMs: 100 });
    const ran: string[] = [];
    clock.schedule(50, () => ran.push(`late at ${clock.nowMs()}`));
    clock.schedule(110, () => clock.schedule(110, () => ran.push('nested')));
    const cancelled = clock.schedule(115, () => ran.push('cancelled'));
    clock.schedule(130, () => ran.push('beyond'));
    clock.cancel(cancelled);
    clock.advanceTo(120);
    expect(ran).toEqual(['late at 100', 'nested']);
    clock.advanceTo(130);
    expect(ran.at(-1)).toBe('beyond');
  });

  it('stands still while work is in flight, also over the gap between two requests of one client', async () => {
    const clock = new VirtualClock({ startMs: 0 });
    const seen: number[] = [];
    const work = async () => {
      for (let request = 0; request < 3; request += 1) {
        const release = clock.hold();
        await new Promise((resolve) => setTimeout(resolve, 5));
        seen.push(clock.nowMs());
        release();
        release();
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    clock.schedule(10, () => void work());
    clock.schedule(11, () => seen.push(clock.nowMs()));
    await clock.runUntil(20);
    expect(seen).toEqual([10, 10, 10, 11]);
    expect(clock.nowMs()).toBe(20);
  });

  it('waits for what a request that was answered at once leads to', async () => {
    const clock = new VirtualClock({ startMs: 0 });
    const seen: number[] = [];
    clock.schedule(10, () => {
      clock.hold()();
      setImmediate(() => {
        const release = clock.hold();
        setTimeout(() => {
          seen.push(clock.nowMs());
          release();
        }, 5);
      });
    });
    await clock.runUntil(20);
    expect(seen).toEqual([10]);
  });

  it('refuses to move by hand while it is held', () => {
    const clock = new VirtualClock({ startMs: 0 });
    clock.hold();
    expect(() => clock.advanceTo(1)).toThrow('hold(s) on the clock');
  });
});

describe('RealClock', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('starts where it is told and runs as fast as it is told', () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const clock = new RealClock({ startMs: 1_000_000, speed: 60 });
    const ran: number[] = [];
    clock.schedule(1_060_000, () => ran.push(clock.nowMs()));
    const cancelled = clock.schedule(1_030_000, () => ran.push(-1));
    clock.cancel(cancelled);
    vi.advanceTimersByTime(999);
    expect(ran).toEqual([]);
    vi.advanceTimersByTime(2);
    expect(ran).toEqual([1_060_000]);
    clock.schedule(9_000_000, () => ran.push(-2));
    clock.close();
    vi.advanceTimersByTime(1_000_000);
    expect(ran).toEqual([1_060_000]);
  });

  it.each([0, -1, Number.NaN])('refuses a speed of %d', (speed) => {
    expect(() => new RealClock({ speed })).toThrow('speed must be a number above 0');
  });
});
