import { expect, it } from 'vitest';
import { fingerprint } from '../../core/fingerprint.ts';

// The authors of FNV publish these vectors. Tags keep fingerprints across deployments, so the function must never change.
it.each([
  ['', '811c9dc5'],
  ['a', 'e40c292c'],
  ['foobar', 'bf9cf968'],
])('the fingerprint of %j is its FNV-1a hash %s', (text, expected) => {
  expect(fingerprint(text)).toBe(expected);
});

it('a fingerprint has eight digits, also where the first are zero', () => {
  expect(fingerprint('14 orders')).toBe('00d17a69');
});

it('two texts with the same letters in another order have two fingerprints', () => {
  expect(fingerprint('orders held')).not.toBe(fingerprint('held orders'));
});
