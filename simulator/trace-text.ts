/** What a file with a recorded load holds, and how long such a load may be. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Fault } from '../core/result.ts';

const GZIP_MAGIC = 0x1f8b;
const BYTE_ORDER_MARK = '\ufeff';
const DAY_SECONDS = 86_400;
/** One stray time among a stream's minutes would ask for billions of them. CloudWatch itself keeps 15 months. */
const LONGEST_DAYS = 3 * 366;

/**
 * Gzip is told by its first bytes, whatever the file is called. A byte order mark is left out.
 * @throws what the file system and gzip throw
 */
export function readTraceText(path: string): string {
  const bytes = readFileSync(path);
  const isGzip = bytes.length > 1 && bytes.readUInt16BE(0) === GZIP_MAGIC;
  const text = (isGzip ? gunzipSync(bytes) : bytes).toString('utf8');
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
}

export function findTooLong(field: string, seconds: number): readonly Fault[] {
  const days = seconds / DAY_SECONDS;
  if (days <= LONGEST_DAYS) return [];
  const problem = `are more than the ${LONGEST_DAYS} that can be replayed`;
  return [{ field, value: `${Math.ceil(days)} days`, problem, remedy: 'check the first and the last time' }];
}
