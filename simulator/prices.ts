/**
 * Dollars of a run. Prices are an input with region and date (core/report/prices/us-east-1.json, or a file of the user's), not facts.
 *
 * PUT units and gigabytes are charged for everything that was offered, rejected or not: losing records must not look cheap.
 */
import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { fail, quote, type Result, succeed } from '../core/result.ts';

const amount = v.pipe(v.number(), v.minValue(0));
const pricesSchema = v.strictObject({
  region: v.string(),
  /** Month in which they were read, as 2026-11. */
  asOf: v.pipe(v.string(), v.regex(/^\d{4}-\d{2}$/)),
  source: v.string(),
  provisioned: v.strictObject({
    shardHour: amount,
    millionPutUnits: amount,
    putUnitBytes: v.pipe(v.number(), v.minValue(1)),
  }),
  onDemand: v.strictObject({ streamHour: amount, gibIn: amount, gibOut: amount }),
  /** The commitment is of an account and region: a stream below it pays for what it uses only if others fill the rest. */
  onDemandAdvantage: v.strictObject({
    streamHour: amount,
    gibIn: amount,
    gibOut: amount,
    committedMibPerSecond: amount,
  }),
});

export type Prices = v.InferOutput<typeof pricesSchema>;

/** What a load costs besides its shards. */
export interface Traffic {
  /** All records offered, in total. */
  readonly records: number;
  readonly recordBytes: number;
  /** Applications that read the whole stream. */
  readonly consumers: number;
  readonly hours: number;
}

const GIB = 1024 ** 3;
const MIB = 1024 ** 2;
/** On-demand rounds each record up to this. */
const ON_DEMAND_RECORD_BYTES = 1024;

/** The list that the product's own dollars come from. */
const pricesFile = new URL('../core/report/prices/us-east-1.json', import.meta.url);

export function readPrices(file: string | URL = pricesFile): Result<Prices> {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const value = error instanceof Error ? error.message : String(error);
    return fail([
      {
        field: 'prices',
        value,
        problem: 'cannot be read',
        remedy: 'give a file like core/report/prices/us-east-1.json',
      },
    ]);
  }
  const parsed = v.safeParse(pricesSchema, json);
  if (parsed.success) return succeed(parsed.output);
  return fail(
    parsed.issues.map((issue) => ({
      field: `prices.${v.getDotPath(issue) ?? ''}`,
      value: quote(issue.input),
      problem: `is not ${issue.expected ?? 'valid'}`,
      remedy: 'see core/report/prices/us-east-1.json',
    })),
  );
}

export function provisionedDollars(shardHours: number, traffic: Traffic, prices: Prices): number {
  const { shardHour, millionPutUnits, putUnitBytes } = prices.provisioned;
  const putUnits = traffic.records * Math.max(1, Math.ceil(traffic.recordBytes / putUnitBytes));
  return shardHours * shardHour + (putUnits / 1e6) * millionPutUnits;
}

export function onDemandDollars(traffic: Traffic, prices: Prices): number {
  const { streamHour, gibIn, gibOut } = prices.onDemand;
  const gib = onDemandGib(traffic);
  return traffic.hours * streamHour + gib * (gibIn + gibOut * traffic.consumers);
}

/** @param sharedCommitment other streams of the account fill the commitment, so that this one pays for its use alone */
export function onDemandAdvantageDollars(traffic: Traffic, prices: Prices, sharedCommitment: boolean): number {
  const { streamHour, gibIn, gibOut, committedMibPerSecond } = prices.onDemandAdvantage;
  const gib = onDemandGib(traffic);
  const committed = sharedCommitment ? 0 : (committedMibPerSecond * MIB * 3600 * traffic.hours) / GIB;
  return (
    traffic.hours * streamHour +
    Math.max(gib, committed) * gibIn +
    Math.max(gib * traffic.consumers, committed) * gibOut
  );
}

function onDemandGib({ records, recordBytes }: Traffic): number {
  const rounded = Math.ceil(recordBytes / ON_DEMAND_RECORD_BYTES) * ON_DEMAND_RECORD_BYTES;
  return (records * rounded) / GIB;
}
