/** `npm run check:long` plays a hundred, `npm run histories -- --count 10000` plays others. */
import { it } from 'vitest';
import { checkHistories } from './check-histories.ts';

it('20 random histories of half a day, with faults and late deliveries, keep every invariant', () =>
  checkHistories(20));
