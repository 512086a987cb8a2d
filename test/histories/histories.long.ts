import { it } from 'vitest';
import { checkHistories } from './check-histories.ts';

it('100 random histories of half a day, with faults and late deliveries, keep every invariant', () =>
  checkHistories(100));
