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

describe('the intent', () => {
  it('is a time and two counts', () => {
    const intent = { atMs: now, from: 12, to: 240 };
    expect(encodeIntent(intent)).toBe('20260302T091545.000Z 12 240');
    expect(readIntent(intentTag(encodeIntent(intent)))).toEqual(intent);
  });

  it('is absent as an empty tag or none', () => {
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
  ])('is unknown when garbled: %s', (value) => {
    expect(readIntent(intentTag(value))).toBeUndefined();
  });
});

describe('the ledger', () => {
  it('keeps times to the second, rounded up: a call is never freed early', () => {
    expect(encodeLedger([now - 1, now + 1])).toBe(`${now / 1000} ${now / 1000 + 1}`);
    expect(readLedger(ledgerTag(encodeLedger([now - 1])), now)).toEqual([now]);
  });

  it('holds the last day, in order; exactly a day old still counts', () => {
    const seconds = (ms: number) => String(ms / 1000);
    const value = [now - 1000, now - day, now - day - 1000, now - 2 * day].map(seconds).join(' ');
    expect(readLedger(ledgerTag(value), now)).toEqual([now - day, now - 1000]);
  });

  it('drops calls of tomorrow, which a wrong clock wrote or a person, and keeps a minute ahead', () => {
    expect(keepLastDay([now + day, now + 60_001, now + 60_000], now)).toEqual([now + 60_000]);
  });

  it('skips words that are no times', () => {
    expect(readLedger(ledgerTag(`x ${now / 1000} 12 -5 1e9 ${now}`), now)).toEqual([now]);
    expect(readLedger({}, now)).toEqual([]);
  });

  it('fits twenty calls into one tag', () => {
    expect(encodeLedger(Array.from({ length: 23 }, () => now)).length).toBeLessThanOrEqual(255);
  });

  it('drops one call by its time before rounding', () => {
    expect(withoutCall([now - 1000, now, now + 1000], now - 1)).toEqual([now - 1000, now + 1000]);
  });
});

describe('the reserved concurrency that we set', () => {
  it('is one value, or the one before and the one after', () => {
    const tags = { [`${tagKeys.concurrency}orders-processor`]: encodeConcurrency([4, 8]) };
    expect(readConcurrency(tags, 'orders-processor')).toEqual([4, 8]);
    expect(readConcurrency(tags, 'other')).toEqual([]);
  });

  it('skips what is no count', () => {
    const tags = { [`${tagKeys.concurrency}f`]: 'four 8 -1 12345678 1234567' };
    expect(readConcurrency(tags, 'f')).toEqual([8, 1_234_567]);
  });
});

describe('a call that AWS refused for a quota that the ledger does not know to be spent', () => {
  const refuse = (tags: Tags, atMs: number) => encodeRefusal('daily-quota', tags, atMs);
  const untilMs = (tags: Tags, atMs: number) => readRefusal(tags, atMs)?.untilMs;

  it('lets a reconcile try again', () => {
    const tags = refuse({}, now);
    expect(readRefusal(tags, now)).toEqual({ reason: 'daily-quota', untilMs: now + 4 * minute });
    expect(readRefusal(tags, now + 4 * minute)).toBeUndefined();
  });

  it('refused again, waits for half an hour each time', () => {
    const again = refuse(refuse({}, now), now + 5 * minute);
    expect(untilMs(again, now + 5 * minute)).toBe(now + 35 * minute);
    const onceMore = refuse(again, now + 36 * minute);
    expect(untilMs(onceMore, now + 36 * minute)).toBe(now + 66 * minute);
  });

  it('begins anew when the last one is long over', () => {
    const later = now + 40 * minute;
    expect(untilMs(refuse(refuse({}, now), later), later)).toBe(later + 4 * minute);
  });

  it('or for the shards of the account, says so, and waits no longer the next time: they may be free at any moment', () => {
    const limited = encodeRefusal('account-shard-limit', {}, now);
    expect(limited[refusedUntilTag]).toMatch(/^[A-Za-z0-9 ._-]+$/);
    const again = encodeRefusal('account-shard-limit', limited, now + 5 * minute);
    expect(readRefusal(again, now + 5 * minute)).toEqual({ reason: 'account-shard-limit', untilMs: now + 9 * minute });
    expect(untilMs(refuse(again, now + 10 * minute), now + 10 * minute)).toBe(now + 14 * minute);
  });
});
