import { describe, expect, it } from 'vitest';
import { describeFault, fail, quote, succeed, unprintable } from '../../core/result.ts';

describe('a quoted value', () => {
  it.each<[unknown, string]>([
    [undefined, 'nothing'],
    [null, 'null'],
    [4, '4'],
    ['4', '"4"'],
    [{ a: [1] }, '{"a":[1]}'],
    [() => 1, '() => 1'],
    ['a"b\\c', '"a\\"b\\\\c"'],
    ['a\nb\u0000c', '"a\\nb\\u0000c"'],
    ['a\u007fb\u0085c', '"a\\u007fb\\u0085c"'],
    ['a\u2028b\u202ec\u2066d', '"a\\u2028b\\u202ec\\u2066d"'],
    ['größe 株 🙂', '"größe 株 🙂"'],
  ])('of %j is %s', (value, expected) => {
    expect(quote(value)).toBe(expected);
  });

  it('is cut where it is long', () => {
    expect(quote('x'.repeat(78))).toBe(`"${'x'.repeat(78)}"`);
    expect(quote('x'.repeat(79))).toBe(`"${'x'.repeat(79)}…`);
    expect(quote('x'.repeat(9), 5)).toBe('"xxxx…');
  });

  it('has no character that would break or turn a line', () => {
    expect(['a\tb', '\u009b', '\u2029', '\u202a', '\u2069'].every((text) => unprintable.test(text))).toBe(true);
    expect(['orders-scale-up', 'größe', '株', ' '].some((text) => unprintable.test(text))).toBe(false);
  });
});

describe('a fault', () => {
  it('is described in one line with field, value, problem and remedy', () => {
    expect(describeFault({ field: 'MIN_SHARDS', value: '0', problem: 'is too low', remedy: 'give 1' })).toBe(
      'MIN_SHARDS: 0 is too low; give 1',
    );
  });

  it('is a value and no exception', () => {
    expect(succeed(4)).toEqual({ ok: true, value: 4 });
    expect(fail([])).toEqual({ ok: false, faults: [] });
  });
});
