/**
 * Fitted halving: it scales up at one 5-minute datapoint of 75 % or more (x2 up to 3 shards, x1.5 up to 50, x1.25 above).
 * It scales down when the last 24 hours stayed under 25 %, to the count that their peak would have filled by half.
 * It sees successful puts only.
 */
import { dayMinutes } from '../../core/time.ts';
import type { Scaler, StreamView } from '../stream-run.ts';

const PERIOD_MINUTES = 5;
const UP_AT = 0.75;
const DOWN_BELOW = 0.25;
const FITTED_UTILIZATION = 0.5;

export function fittedHalving(): Scaler {
  return { name: 'fitted-halving', step: (view) => chooseUp(view) ?? chooseDown(view) };
}

function chooseUp({ minute, stream, load }: StreamView): number | undefined {
  const open = stream.openShardCount;
  let taken = 0;
  for (let ago = 0; ago < PERIOD_MINUTES; ago++) taken += Math.min(open, load.at(minute - ago));
  if (taken / PERIOD_MINUTES < UP_AT * open || stream.callsLeft(minute) <= 0) return undefined;
  const factor = open <= 3 ? 2 : open <= 50 ? 1.5 : 1.25;
  return Math.min(2 * open, Math.ceil(open * factor));
}

function chooseDown({ minute, stream, load }: StreamView): number | undefined {
  const open = stream.openShardCount;
  if (minute % PERIOD_MINUTES !== 0 || stream.callsLeft(minute) <= 0) return undefined;
  const peak = load.peak(minute - dayMinutes + 1, minute);
  if (minute < dayMinutes || peak >= DOWN_BELOW * open) return undefined;
  const target = Math.max(1, Math.ceil(open / 2), Math.ceil(peak / FITTED_UTILIZATION));
  return target < open ? target : undefined;
}
