import { expect, it } from 'vitest';
import { shardDollarsPerMonth, usEast1Prices } from '../../../core/report/prices.ts';

it('a shard costs its hours, 730 of them a month', () => {
  expect(shardDollarsPerMonth(1)).toBeCloseTo(10.95, 10);
  expect(shardDollarsPerMonth(8, { ...usEast1Prices, provisioned: { shardHour: 0.02 } })).toBeCloseTo(116.8, 10);
});
