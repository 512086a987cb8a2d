import { describe, expect, it } from 'vitest';
import {
  addTemporaryMinimum,
  encodeTemporaryMinimum,
  readTemporaryMinimum,
  readTemporaryMinimumRequest,
  temporaryMinimumTag,
  withTemporaryMinimum,
} from '../../../core/stream/temporary-minimum.ts';
import { hour, minute, now, sampleSettings } from '../samples.ts';

const tagged = (value: string) => ({ [temporaryMinimumTag]: value });
const tenOclock = { shards: 16, untilMs: now + hour };

describe('a temporary minimum', () => {
  it('is in force until its time, as a tag that Kinesis takes', () => {
    const value = encodeTemporaryMinimum(tenOclock);
    expect(value).toMatch(/^16 until [0-9TZ.]+$/);
    expect(readTemporaryMinimum(tagged(value), now)).toEqual(tenOclock);
    expect(readTemporaryMinimum(tagged(value), tenOclock.untilMs - 1)).toEqual(tenOclock);
    expect(readTemporaryMinimum(tagged(value), tenOclock.untilMs)).toBeUndefined();
  });

  it.each([
    '',
    '16',
    '16 until tomorrow',
    '0 until 20990101T000000.000Z',
    '-4 until 20990101T000000.000Z',
    '16 until 20990101T000000.000Z at least',
    'at least 16 until 20990101T000000.000Z',
    '100000 until 20990101T000000.000Z',
  ])('is not read from the tag %j', (value) => {
    expect(readTemporaryMinimum(tagged(value), now)).toBeUndefined();
  });

  it('lifts minShards, and never above maxShards', () => {
    const settings = sampleSettings({ minShards: 2, maxShards: 12 });
    expect(withTemporaryMinimum(settings, { shards: 8, untilMs: now }).minShards).toBe(8);
    expect(withTemporaryMinimum(settings, { shards: 16, untilMs: now }).minShards).toBe(12);
    expect(withTemporaryMinimum(settings, { shards: 1, untilMs: now }).minShards).toBe(2);
    expect(withTemporaryMinimum(settings, undefined)).toBe(settings);
  });
});

describe('several temporary minimums', () => {
  it('do not end each other: the highest counts, then the one that outlasts it', () => {
    const low = { shards: 4, untilMs: now + 3 * hour };
    const both = tagged(addTemporaryMinimum(tagged(encodeTemporaryMinimum(tenOclock)), low, now));
    expect(readTemporaryMinimum(both, now)).toEqual(tenOclock);
    expect(readTemporaryMinimum(both, now + 2 * hour)).toEqual(low);
    expect(readTemporaryMinimum(both, now + 3 * hour)).toBeUndefined();
  });

  it('lose those that are over, and those that are lower and end earlier than another', () => {
    const over = tagged(encodeTemporaryMinimum({ shards: 32, untilMs: now - 1 }));
    expect(addTemporaryMinimum(over, tenOclock, now)).toBe(encodeTemporaryMinimum(tenOclock));
    const shorter = tagged(encodeTemporaryMinimum({ shards: 8, untilMs: now + minute }));
    expect(addTemporaryMinimum(shorter, tenOclock, now)).toBe(encodeTemporaryMinimum(tenOclock));
    expect(
      addTemporaryMinimum(tagged(encodeTemporaryMinimum(tenOclock)), { shards: 8, untilMs: now + minute }, now),
    ).toBe(encodeTemporaryMinimum(tenOclock));
  });

  it('lose one that ends together with a higher one, and one that ends before an equal one', () => {
    const lower = { shards: 8, untilMs: tenOclock.untilMs };
    expect(addTemporaryMinimum(tagged(encodeTemporaryMinimum(tenOclock)), lower, now)).toBe(
      encodeTemporaryMinimum(tenOclock),
    );
    const longer = { shards: 16, untilMs: now + 2 * hour };
    for (const [first, second] of [
      [tenOclock, longer],
      [longer, tenOclock],
    ] as const) {
      expect(addTemporaryMinimum(tagged(encodeTemporaryMinimum(first)), second, now)).toBe(
        encodeTemporaryMinimum(longer),
      );
    }
  });

  it('count in any order, as somebody may write them by hand', () => {
    const [low, longer] = [
      { shards: 4, untilMs: now + 3 * hour },
      { shards: 16, untilMs: now + 2 * hour },
    ];
    const written = tagged([low, tenOclock, longer, low].map(encodeTemporaryMinimum).join(' / '));
    expect(readTemporaryMinimum(written, now)).toEqual(longer);
  });

  it('keep the highest ones where not all fit into the 255 characters of a tag', () => {
    let tags = {};
    for (let count = 1; count <= 12; count += 1) {
      tags = tagged(addTemporaryMinimum(tags, { shards: 10_000 - count, untilMs: now + count * hour }, now));
    }
    expect(Object.values(tags).join('').length).toBeLessThanOrEqual(255);
    expect(readTemporaryMinimum(tags, now)?.shards).toBe(9_999);
  });
});

describe('the event of a schedule', () => {
  it('is read as stream, shards and minutes', () => {
    const floor = { stream: 'orders', shards: 16, minutes: 120 };
    expect(readTemporaryMinimumRequest({ floor })).toEqual({ ok: true, value: floor });
  });

  it.each([
    [1, 1],
    [10_000, 7 * 24 * 60],
  ])('may ask for %d shards and %d minutes', (shards, minutes) => {
    const floor = { stream: 'orders', shards, minutes };
    expect(readTemporaryMinimumRequest({ floor })).toEqual({ ok: true, value: floor });
  });

  it.each([undefined, null, {}, { cause: 'schedule' }, { ask: 'explain' }])('is not read from %j', (event) => {
    expect(readTemporaryMinimumRequest(event)).toBeUndefined();
  });

  it('is refused with all its faults at once', () => {
    expect(readTemporaryMinimumRequest({ floor: { stream: '', shards: 0, minutes: 10_081, until: 'ten' } })).toEqual({
      ok: false,
      faults: [
        {
          field: 'floor.until',
          value: 'this key',
          problem: 'is not known',
          remedy: 'known keys: stream, shards, minutes',
        },
        { field: 'floor.stream', value: '""', problem: 'is not a name', remedy: 'name a stream' },
        {
          field: 'floor.shards',
          value: '0',
          problem: 'is out of range',
          remedy: 'give a whole number from 1 to 10000',
        },
        {
          field: 'floor.minutes',
          value: '10081',
          problem: 'is out of range',
          remedy: 'give a whole number from 1 to 10080',
        },
      ],
    });
  });

  it.each<[string, Readonly<Record<string, unknown>>]>([
    ['floor.stream', { stream: 7 }],
    ['floor.stream', { stream: undefined }],
    ['floor.shards', { shards: 1.5 }],
    ['floor.shards', { shards: '16' }],
    ['floor.shards', { shards: 10_001 }],
    ['floor.minutes', { minutes: 0 }],
    ['floor.minutes', { minutes: Number.NaN }],
    ['floor.hours', { hours: 2 }],
  ])('is refused for %s alone: %j', (field, wrong) => {
    const read = readTemporaryMinimumRequest({ floor: { stream: 'orders', shards: 16, minutes: 120, ...wrong } });
    expect(read?.ok === false && read.faults.map((fault) => fault.field)).toEqual([field]);
  });

  it.each([
    ['16', '"16"'],
    [null, 'null'],
  ])('is refused where floor is %j and no object', (floor, value) => {
    expect(readTemporaryMinimumRequest({ floor })).toEqual({
      ok: false,
      faults: [{ field: 'floor', value, problem: 'is not an object', remedy: 'give {"stream", "shards", "minutes"}' }],
    });
  });
});
