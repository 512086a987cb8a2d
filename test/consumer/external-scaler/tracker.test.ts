import { describe, expect, it, onTestFinished } from 'vitest';
import { knownSample, type Sample } from '../../../consumer/decision/sample.ts';
import type { Entity } from '../../../consumer/external-scaler/metadata.ts';
import { startTracker, type TrackerOptions } from '../../../consumer/external-scaler/tracker.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const groupA: Entity = { type: 'kafka', consumerGroup: 'a' };
const groupB: Entity = { type: 'kafka', consumerGroup: 'b' };

describe('tracker', () => {
  it('the tracker watches an entity from the first call, polls every 30 s, and answers from memory', async () => {
    const { tracker, clock, polls } = start({});
    expect(tracker.read(groupA)).toMatchObject({ kind: 'miss', reason: 'no_sample_yet' });
    await clock.advance(0);
    for (let call = 0; call < 50; call += 1)
      expect(tracker.read(groupA)).toMatchObject({ kind: 'hit', sample: { value: 1 } });
    expect(polls).toEqual(['a']);
    await clock.advance(30_000);
    expect(polls).toEqual(['a', 'a']);
  });

  it('an entity that fails or hangs does not delay the others', async () => {
    const clock = new VirtualClock();
    const signalOf: TrackerOptions['signalOf'] = (entity) => async () => {
      if (JSON.stringify(entity).includes('fails')) throw new Error('refused');
      if (JSON.stringify(entity).includes('hangs')) await clock.sleep(3_600_000);
      return knownSample(1, clock.nowMs());
    };
    const { tracker } = start({ clock, signalOf });
    const fails: Entity = { type: 'kafka', consumerGroup: 'fails' };
    const hangs: Entity = { type: 'kafka', consumerGroup: 'hangs' };
    for (const entity of [fails, hangs, groupA]) tracker.read(entity);
    await clock.advance(120_000);
    expect(tracker.read(fails)).toEqual({ kind: 'miss', reason: 'backend_down', because: 'refused' });
    expect(tracker.read(hangs)).toMatchObject({
      reason: 'backend_down',
      because: expect.stringContaining('did not answer'),
    });
    expect(tracker.read(groupA)).toMatchObject({ kind: 'hit' });
  });

  it('the tracker forgets an entity ten minutes after the last call, but not while somebody listens', async () => {
    const { tracker, clock } = start({});
    tracker.read(groupA);
    const unsubscribe = tracker.subscribe(groupB, () => {});
    await clock.advance(600_000);
    expect(tracker.counts()).toEqual({ watches: 2, listeners: 1 });
    await clock.advance(60_000);
    expect(tracker.counts()).toEqual({ watches: 1, listeners: 1 });
    unsubscribe();
    await clock.advance(660_000);
    expect(tracker.counts()).toEqual({ watches: 0, listeners: 0 });
  });

  it('the tracker answers no sample that is older than maxAgeMs', async () => {
    const { tracker, clock, stop } = start({ maxAgeMs: 90_000 });
    tracker.read(groupA);
    await clock.advance(0);
    // The polling stands still from here on.
    stop();
    await clock.advance(90_000);
    expect(tracker.read(groupA)).toMatchObject({ kind: 'hit' });
    await clock.advance(1);
    expect(tracker.read(groupA)).toMatchObject({ kind: 'miss', reason: 'expired' });
  });

  it('the tracker leaves no timer behind when it ends', async () => {
    const { tracker, clock, stop } = start({});
    tracker.read(groupA);
    await clock.advance(30_000);
    stop();
    await tracker.ended;
    expect(clock.sleeping).toBe(0);
  });
});

function start({
  clock = new VirtualClock(),
  ...options
}: Partial<Omit<TrackerOptions, 'clock'>> & { clock?: VirtualClock }) {
  const stopping = new AbortController();
  const polls: string[] = [];
  const signalOf = (entity: Entity) => async (): Promise<Sample> => {
    if (entity.type === 'kafka') polls.push(entity.consumerGroup);
    return knownSample(1, clock.nowMs());
  };
  const tracker = startTracker({ signalOf, abortSignal: stopping.signal, clock, ...options });
  const stop = (): void => stopping.abort();
  onTestFinished(stop);
  return { tracker, clock, polls, stop };
}
