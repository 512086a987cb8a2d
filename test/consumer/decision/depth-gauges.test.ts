import { describe, expect, it } from 'vitest';
import { CounterMirror } from '../../../consumer/decision/counter-mirror.ts';
import { DepthGauges } from '../../../consumer/decision/depth-gauges.ts';
import { invalidLabel, LabelBudget, otherLabel, toLabel } from '../../../consumer/decision/label-budget.ts';

describe('depth gauges', () => {
  it('name 512 of 600 streams and sum the rest', () => {
    const { set } = new DepthGauges().observe(found(names(600).map((name) => [name, 2])));
    expect(set.size).toBe(513);
    expect(set.get('stream-511')).toBe(2);
    expect(set.get(otherLabel)).toBe(88 * 2);
  });

  it('give the slots of the vanished to those that come in the same round', () => {
    const gauges = new DepthGauges(2);
    gauges.observe(
      found([
        ['a', 1],
        ['b', 1],
        ['c', 1],
      ]),
    );
    const { set, removed } = gauges.observe(
      found([
        ['d', 4],
        ['c', 3],
        ['b', 1],
      ]),
    );
    expect([...set]).toEqual([
      ['d', 4],
      [otherLabel, 3],
      ['b', 1],
    ]);
    expect(removed).toEqual(['a']);
  });

  it('change nothing when the look-up failed, and clear when there is nothing', () => {
    const gauges = new DepthGauges();
    gauges.observe(found([['a', 1]]));
    expect(gauges.observe({ kind: 'failed', because: 'timed out' })).toEqual({ set: new Map(), removed: [] });
    expect(gauges.observe(found([]))).toEqual({ set: new Map(), removed: ['a'] });
  });

  it('read a negative depth as 0 and leave the gauge of one that is no number', () => {
    const gauges = new DepthGauges();
    expect(gauges.observe(found([['a', -5]])).set.get('a')).toBe(0);
    expect(gauges.observe(found([['a', Number.NaN]]))).toEqual({ set: new Map(), removed: [] });
  });

  it('keep the series of a name while its neighbours come and go', () => {
    const gauges = new DepthGauges(1);
    gauges.observe(found([['a', 1]]));
    expect(
      gauges
        .observe(
          found([
            ['b', 9],
            ['a', 2],
          ]),
        )
        .set.get('a'),
    ).toBe(2);
  });
});

describe('label budget', () => {
  it('cuts hostile names at a character boundary and puts invalid ones under a sentinel', () => {
    expect(toLabel(`${'x'.repeat(127)}😀😀`)).toBe('x'.repeat(127));
    expect(toLabel('y'.repeat(500))).toHaveLength(128);
    for (const invalid of ['', '\ud800', 'a\nb', 'a\u0000b', 'a\u009fb']) expect(toLabel(invalid)).toBe(invalidLabel);
  });

  it('lets no real name pass for a sentinel', () => {
    expect(toLabel(otherLabel)).toBe('__other');
    expect(toLabel('__other')).toBe('___other');
  });

  it('takes no slot for an invalid name, and gives a released slot to the next', () => {
    const budget = new LabelBudget(1);
    expect([budget.admit(''), budget.admit('a'), budget.admit('b')]).toEqual([invalidLabel, 'a', otherLabel]);
    budget.release('a');
    expect(budget.admit('b')).toBe('b');
  });
});

describe('counter mirror', () => {
  it('adds what came since the last reading; after a reset what came since, and says so', () => {
    const mirror = new CounterMirror();
    const steps = [5, 8, 8, 3, 4, Number.NaN, 6].map((count) => mirror.read('a', count));
    expect(steps.map((step) => step.increment)).toEqual([5, 3, 0, 3, 1, 0, 2]);
    expect(steps.map((step) => step.reset)).toEqual([false, false, false, true, false, false, false]);
  });
});

function names(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `stream-${index}`);
}

function found(depths: readonly (readonly [string, number])[]) {
  return { kind: 'found', depths: new Map(depths) } as const;
}
