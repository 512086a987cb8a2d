/**
 * What shards cost. A price is an input with a date and a region: AWS changes prices, and regions differ. The simulator reads
 * the same list, with what else it has.
 */
import usEast1 from './prices/us-east-1.json' with { type: 'json' };

export interface Prices {
  readonly region: string;
  /** Month in which they were read, as 2026-11. */
  readonly asOf: string;
  /** Dollars. */
  readonly provisioned: { readonly shardHour: number };
}

export const usEast1Prices: Prices = usEast1;

const hoursPerMonth = 730;

/** Dollars a month for shards alone: PUT units depend on the traffic, which scaling does not change. */
export function shardDollarsPerMonth(shardCount: number, prices: Prices = usEast1Prices): number {
  return shardCount * hoursPerMonth * prices.provisioned.shardHour;
}
