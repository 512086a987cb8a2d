import { describe, expect, it } from 'vitest';
import { CounterMirror } from '../../../consumer/decision/counter-mirror.ts';
import { DepthGauges } from '../../../consumer/decision/depth-gauges.ts';
import { invalidLabel, LabelBudget, otherLabel, toLabel } from '../../../consumer/decision/label-budget.ts';

describe('depth gauges', () => {
  it('depth gauges name 512 of 600 streams and sum the rest in _other', () => {
    const { set } = new DepthGauges().observe(found(names(600).map((name) => [name, 2])));
    expect(set.size).toBe(513);
    expect(set.get('stream-511')).toBe(2);
    expect(set.get(otherLabel)).toBe(88 * 2);
  });

  it('depth gauges give the slots of vanished names to names that come in the same round', () => {
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

  it('depth gauges stay as they are when the look-up failed, and are cleared when nothing was found', () => {
    const gauges = new DepthGauges();
    gauges.observe(found([['a', 1]]));
    expect(gauges.observe({ kind: 'failed', because: 'timed out' })).toEqual({ set: new Map(), removed: [] });
    expect(gauges.observe(found([]))).toEqual({ set: new Map(), removed: ['a'] });
  });

  it('depth gauges read a negative depth as 0 and keep the gauge of a depth that is no number', () => {
    const gauges = new DepthGauges();
    expect(gauges.observe(found([['a', -5]])).set.get('a')).toBe(0);
    expect(gauges.observe(found([['a', Number.NaN]]))).toEqual({ set: new Map(), removed: [] });
  });

  it('a depth gauge keeps its series while other names come and go', () => {
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
  it('label values are cut at a character boundary, and invalid ones become _invalid', () => {
    expect(toLabel(`${'x'.repeat(127)}😀😀`)).toBe('x'.repeat(127));
    expect(toLabel('y'.repeat(500))).toHaveLength(128);
    for (const invalid of ['', '\ud800', 'a\nb', 'a\u0000b', 'a\u009fb']) expect(toLabel(invalid)).toBe(invalidLabel);
  });

  it('no real name can pass for the labels _other or _invalid', () => {
    expect(toLabel(otherLabel)).toBe('__other');
    expect(toLabel('__other')).toBe('___other');
  });

  it('an invalid name takes no slot of the label budget, and a released slot goes to the next name', () => {
    const budget = new LabelBudget(1);
    expect([budget.admit(''), budget.admit('a'), budget.admit('b')]).toEqual([invalidLabel, 'a', otherLabel]);
    budget.release('a');
    expect(budget.admit('b')).toBe('b');
  });
});

describe('counter mirror', () => {
  it('a mirrored counter adds what came since the last reading and keeps what came after a reset', () => {
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
