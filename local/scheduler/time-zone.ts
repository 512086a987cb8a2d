/** Wall-clock time of a time zone to and from epoch ms, by the platform's own zone data. */
import { dayMs } from '../../core/time.ts';

export interface WallTime {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** @throws RangeError for a name that the platform does not know. */
export function wallTimeOf(atMs: number, timeZone: string): WallTime {
  const parts = Object.fromEntries(
    formatOf(timeZone)
      .formatToParts(atMs)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0 } = parts;
  return { year, month, day, hour, minute };
}

/**
 * The moment at which the zone's clocks show this. Of a time that occurs twice (clocks set back) the first; a time that
 * is skipped (clocks set forward) is taken as if they had not been.
 */
export function zonedTimeToMs(wall: WallTime, timeZone: string): number {
  const asUtcMs = utcMs(wall);
  const offsetsMs = [asUtcMs - dayMs, asUtcMs + dayMs].map((nearMs) => utcMs(wallTimeOf(nearMs, timeZone)) - nearMs);
  const candidates = offsetsMs.map((offsetMs) => asUtcMs - offsetMs);
  const exact = candidates.filter((candidate) => utcMs(wallTimeOf(candidate, timeZone)) === asUtcMs);
  return Math.min(...(exact.length > 0 ? exact : candidates.slice(0, 1)));
}

function utcMs({ year, month, day, hour, minute }: WallTime): number {
  return Date.UTC(year, month - 1, day, hour, minute);
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const format =
    formats.get(timeZone) ??
    new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
    });
  formats.set(timeZone, format);
  return format;
}
