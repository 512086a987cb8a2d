/**
 * What shards cost. A price is an input with a date and a region: AWS changes prices, and regions differ.
 */
export interface Prices {
  readonly region: string;
  readonly asOf: string;
  /** Dollars. */
  readonly shardHour: number;
  readonly millionPutUnits: number;
}

/** Source: AWS price list, us-east-1, provisioned mode. */
export const usEast1Prices: Prices = { region: 'us-east-1', asOf: '2026-11', shardHour: 0.015, millionPutUnits: 0.014 };

const hoursPerMonth = 730;

/** Dollars a month for the shards alone. PUT units depend on the traffic, which scaling does not change. */
export function shardDollarsPerMonth(shardCount: number, prices: Prices = usEast1Prices): number {
  return shardCount * hoursPerMonth * prices.shardHour;
}
