import { expect, it } from 'vitest';
import { fingerprint } from '../../core/fingerprint.ts';

// The vectors that the authors of FNV publish: marks on streams outlive a deployment, so the function must never change.
it.each([
  ['', '811c9dc5'],
  ['a', 'e40c292c'],
  ['foobar', 'bf9cf968'],
])('is FNV-1a of %j', (text, expected) => {
  expect(fingerprint(text)).toBe(expected);
});

it('has eight digits, also where the first are zero', () => {
  expect(fingerprint('14 orders')).toBe('00d17a69');
});

it('tells texts apart that have the same letters', () => {
  expect(fingerprint('orders held')).not.toBe(fingerprint('held orders'));
});
