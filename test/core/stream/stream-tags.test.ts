import { describe, expect, it } from 'vitest';
import {
  encodeConcurrency,
  encodeIntent,
  encodeLedger,
  encodeRefusal,
  keepLastDay,
  readConcurrency,
  readIntent,
  readLedger,
  readRefusal,
  refusedUntilTag,
  type Tags,
  tagKeys,
  withoutCall,
} from '../../../core/stream/stream-tags.ts';
import { day, minute, now } from '../samples.ts';

const intentTag = (value: string) => ({ [tagKeys.intent]: value });
const ledgerTag = (value: string) => ({ [tagKeys.ledger]: value });

describe('the intent tag', () => {
  it('holds a time and two shard counts', () => {
    const intent = { atMs: now, from: 12, to: 240 };
    expect(encodeIntent(intent)).toBe('20260302T091545.000Z 12 240');
    expect(readIntent(intentTag(encodeIntent(intent)))).toEqual(intent);
  });

  it('says nothing where it is empty or missing', () => {
    expect(encodeIntent(undefined)).toBe('');
    expect(readIntent(intentTag(''))).toBeUndefined();
    expect(readIntent({})).toBeUndefined();
  });

  it.each([
    '20260302T091545.000Z 4',
    '20260302T091545.000Z 4 0',
    '20260302T091545.000Z 0 4',
    '20260302T091545.000Z 4 8 16',
    '20260302T091545.000Z 4.5 8',
    'x 20260302T091545.000Z 4 8',
    '2026-03-02T09:15:45Z 4 8',
    '4 8',
  ])('says nothing where it is garbled: %s', (value) => {
    expect(readIntent(intentTag(value))).toBeUndefined();
  });
});

describe('the ledger tag', () => {
  it('keeps times to the second, rounded up, so that a call is never free early', () => {
    expect(encodeLedger([now - 1, now + 1])).toBe(`${now / 1000} ${now / 1000 + 1}`);
    expect(readLedger(ledgerTag(encodeLedger([now - 1])), now)).toEqual([now]);
  });

  it('holds the calls of the last day in order, also one that is exactly a day old', () => {
    const seconds = (ms: number) => String(ms / 1000);
    const value = [now - 1000, now - day, now - day - 1000, now - 2 * day].map(seconds).join(' ');
    expect(readLedger(ledgerTag(value), now)).toEqual([now - day, now - 1000]);
  });

  it('drops calls of tomorrow, which a wrong clock wrote or a person, and keeps a minute ahead', () => {
    expect(keepLastDay([now + day, now + 60_001, now + 60_000], now)).toEqual([now + 60_000]);
  });

  it('ignores words that are no times', () => {
    expect(readLedger(ledgerTag(`x ${now / 1000} 12 -5 1e9 ${now}`), now)).toEqual([now]);
    expect(readLedger({}, now)).toEqual([]);
  });

  it('fits 23 calls into the 255 characters of a tag', () => {
    expect(encodeLedger(Array.from({ length: 23 }, () => now)).length).toBeLessThanOrEqual(255);
  });

  it('loses one call by its time before rounding', () => {
    expect(withoutCall([now - 1000, now, now + 1000], now - 1)).toEqual([now - 1000, now + 1000]);
  });
});

describe('the concurrency tag', () => {
  it('holds the value before a scaling and the value after it, by function', () => {
    const tags = { [`${tagKeys.concurrency}orders-processor`]: encodeConcurrency([4, 8]) };
    expect(readConcurrency(tags, 'orders-processor')).toEqual([4, 8]);
    expect(readConcurrency(tags, 'other')).toEqual([]);
  });

  it('ignores words that are no counts', () => {
    const tags = { [`${tagKeys.concurrency}f`]: 'four 8 -1 12345678 1234567' };
    expect(readConcurrency(tags, 'f')).toEqual([8, 1_234_567]);
  });
});

describe('the pause after AWS refused a call that the ledger would have allowed', () => {
  const refuse = (tags: Tags, atMs: number) => encodeRefusal('daily-quota', tags, atMs);
  const untilMs = (tags: Tags, atMs: number) => readRefusal(tags, atMs)?.untilMs;

  it('is four minutes at first, so that the next reconcile tries again', () => {
    const tags = refuse({}, now);
    expect(readRefusal(tags, now)).toEqual({ reason: 'daily-quota', untilMs: now + 4 * minute });
    expect(readRefusal(tags, now + 4 * minute)).toBeUndefined();
  });

  it('is half an hour each time when the quota is refused again', () => {
    const again = refuse(refuse({}, now), now + 5 * minute);
    expect(untilMs(again, now + 5 * minute)).toBe(now + 35 * minute);
    const onceMore = refuse(again, now + 36 * minute);
    expect(untilMs(onceMore, now + 36 * minute)).toBe(now + 66 * minute);
  });

  it('is four minutes again when the last pause has long been over', () => {
    const later = now + 40 * minute;
    expect(untilMs(refuse(refuse({}, now), later), later)).toBe(later + 4 * minute);
  });

  it('stays at four minutes for the shards of the account, which may be free at any moment', () => {
    const limited = encodeRefusal('account-shard-limit', {}, now);
    expect(limited[refusedUntilTag]).toMatch(/^[A-Za-z0-9 ._-]+$/);
    const again = encodeRefusal('account-shard-limit', limited, now + 5 * minute);
    expect(readRefusal(again, now + 5 * minute)).toEqual({ reason: 'account-shard-limit', untilMs: now + 9 * minute });
    expect(untilMs(refuse(again, now + 10 * minute), now + 10 * minute)).toBe(now + 14 * minute);
  });
});
