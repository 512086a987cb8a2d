import { expect, it } from 'vitest';
import { readNumber } from '../../core/number-text.ts';

it.each([
  ['0', 0],
  ['-1', -1],
  ['+5', 5],
  ['.8', 0.8],
  ['5.', 5],
  ['0.75', 0.75],
  ['1e3', 1000],
  ['1.5E+06', 1_500_000],
  ['1e-7', 1e-7],
])('reads the decimal number %s', (text, value) => {
  expect(readNumber(text)).toBe(value);
});

it.each([
  '',
  ' ',
  '.',
  '-',
  'e3',
  '1e',
  '0x10',
  '0b1',
  '1_000',
  '1,5',
  '1 2',
  ' 1',
  '75%',
  'NaN',
  'Infinity',
  '1e999',
  'five',
])('takes %j for no number, and so never for zero', (text) => {
  expect(readNumber(text)).toBeUndefined();
});

it('reads what JavaScript writes, so that a setting which was written to an environment is read from it', () => {
  for (const value of [0.1 + 0.2, 1e-7, 1e21, 5e-324, Number.MAX_VALUE, -1234.5]) {
    expect(readNumber(String(value))).toBe(value);
  }
});
