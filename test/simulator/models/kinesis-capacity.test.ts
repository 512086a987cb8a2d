import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { admitMinute, NO_TRAFFIC } from '../../../simulator/models/kinesis-capacity.ts';

const traffic = fc.record({
  records: fc.double({ min: 0, max: 1e7, noNaN: true }),
  bytes: fc.double({ min: 0, max: 1e10, noNaN: true }),
});

describe('a minute of a stream', () => {
  it.each([
    ['what fits', { records: 60_000, bytes: 1000 }, { records: 60_000, bytes: 1000 }],
    ['half, by records', { records: 120_000, bytes: 1000 }, { records: 60_000, bytes: 500 }],
    ['a quarter, by bytes', { records: 4, bytes: 4 * 60 * 1_048_576 }, { records: 1, bytes: 60 * 1_048_576 }],
    ['nothing of nothing', NO_TRAFFIC, NO_TRAFFIC],
  ])('of one shard accepts %s', (_what, offered, accepted) => {
    expect(admitMinute(offered, 1, 'lost').accepted).toEqual(accepted);
  });

  it('never accepts more than the shards take, and accounts for every record', () => {
    fc.assert(
      fc.property(traffic, traffic, fc.integer({ min: 1, max: 100 }), (offered, waiting, shards) => {
        const { accepted, rejected, backlog } = admitMinute(offered, shards, 'retried', waiting);
        expect(accepted.records).toBeLessThanOrEqual(shards * 60_000 * (1 + 1e-9));
        expect(accepted.bytes).toBeLessThanOrEqual(shards * 60 * 1_048_576 * (1 + 1e-9));
        expect(accepted.records + rejected.records).toBeCloseTo(offered.records + waiting.records, 3);
        expect(accepted.bytes + rejected.bytes).toBeCloseTo(offered.bytes + waiting.bytes, 0);
        expect(backlog).toEqual(rejected);
      }),
    );
  });

  it('offers the rejected again under retry, and forgets them under loss', () => {
    const first = admitMinute({ records: 90_000, bytes: 0 }, 1, 'retried');
    const second = admitMinute({ records: 10_000, bytes: 0 }, 1, 'retried', first.backlog);
    expect(second).toMatchObject({ accepted: { records: 40_000 }, backlog: { records: 0 } });
    expect(admitMinute({ records: 90_000, bytes: 0 }, 1, 'lost')).toMatchObject({
      rejected: { records: 30_000 },
      backlog: NO_TRAFFIC,
    });
  });
});
