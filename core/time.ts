/** How long a minute and a day are, everywhere. */
export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;
export const dayMinutes = 24 * 60;
export const daySeconds = dayMinutes * 60;

/**
 * Times as AWS and the reference autoscaler write them: `2026-03-02T09:15:44.775+0000` in SNS messages and alarm tags;
 * `20260302T091544.775Z` in stream tags, which take no colon.
 */
const zoned = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?)(?:Z|([+-]\d{2}):?(\d{2}))$/;
const basic = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2}(?:\.\d{3})?)Z$/;

/**
 * Epoch ms of an ISO time that names its zone. Undefined for anything else, so that a local time is never taken for
 * UTC.
 */
export function parseZonedTime(text: string): number | undefined {
  const match = zoned.exec(text);
  if (!match) return undefined;
  const [, time, hours, minutes] = match;
  return finite(Date.parse(hours === undefined ? `${time}Z` : `${time}${hours}:${minutes}`));
}

/** For alarm tags, in the layout of the reference autoscaler and in UTC: `2026-03-02T09:15:44.775+0000`. */
export function formatAlarmTime(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '+0000');
}

export function parseBasicTime(text: string): number | undefined {
  const match = basic.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  return finite(Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`));
}

/** For stream tags: `20260302T091544.775Z`. */
export function formatBasicTime(ms: number): string {
  return new Date(ms).toISOString().replaceAll(/[-:]/g, '');
}

export function formatIsoTime(ms: number): string {
  return new Date(ms).toISOString();
}

function finite(ms: number): number | undefined {
  return Number.isFinite(ms) ? ms : undefined;
}
