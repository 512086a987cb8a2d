import { describe, expect, it } from 'vitest';
import { adviseJointly, type JointFacts, scaleDownHurtsAny } from '../../../consumer/decision/joint-decision.ts';
import { knownSample, unknownSample } from '../../../consumer/decision/sample.ts';

const tenMinutesBehind = knownSample(600_000, 0);
const even = new Map([
  ['shard-1', 600_000],
  ['shard-2', 550_000],
]);

describe('joint advice', () => {
  it.each([
    { why: 'it keeps up', facts: { lag: knownSample(1_000, 0) }, advice: 'nothing', hurts: false },
    {
      why: 'it kept up, but that is old news',
      facts: { lag: knownSample(0, 0, { stale: true }) },
      advice: 'nothing',
      hurts: true,
    },
    { why: 'nobody knows the lag', facts: { lag: unknownSample('no datapoint', 0) }, advice: 'unknown', hurts: true },
    { why: 'workers are missing', facts: { workers: 3 }, advice: 'add-workers', hurts: true },
    { why: 'all useful workers run', facts: { workers: 4 }, advice: 'add-shards', hurts: true },
    { why: 'more than the useful workers run', facts: { workers: 9 }, advice: 'add-shards', hurts: true },
    {
      why: 'all useful workers run and the lag falls',
      facts: { workers: 4, previousLagMs: 700_000 },
      advice: 'nothing',
      hurts: true,
    },
    {
      why: 'all useful workers run and the lag stays',
      facts: { workers: 4, previousLagMs: 600_000 },
      advice: 'add-shards',
      hurts: true,
    },
    {
      why: 'the parallelization factor makes more workers useful',
      facts: { workers: 9, parallelizationFactor: 10 },
      advice: 'add-workers',
      hurts: true,
    },
    { why: 'nobody knows the workers', facts: { workers: undefined }, advice: 'unknown', hurts: true },
    { why: 'nobody knows the shards', facts: { openShardCount: undefined }, advice: 'unknown', hurts: true },
    { why: 'all shards are behind alike', facts: { shardLagMs: even, workers: 4 }, advice: 'add-shards', hurts: true },
  ] as const)('advises $advice when $why', ({ facts, advice, hurts }) => {
    expect(adviseJointly(withFacts(facts))).toMatchObject({ advice, scaleDownHurts: hurts });
  });

  it.each([
    ['hot', []],
    ['stalled', ['shard-2']],
  ] as const)(
    'advises that neither shards nor workers help while one shard is %s, and names that shard',
    (kind, stalledShards) => {
      const shardLagMs = new Map([
        ['shard-1', 1_000],
        ['shard-2', 600_000],
        ['shard-3', 3_000],
      ]);
      expect(adviseJointly(withFacts({ shardLagMs, stalledShards }))).toEqual({
        advice: 'neither-helps',
        scaleDownHurts: true,
        because: {
          rule: 'one-shard',
          lagMs: 600_000,
          behindAfterMs: 60_000,
          openShardCount: 4,
          workers: 2,
          usefulWorkers: 4,
          shard: { shardId: 'shard-2', kind, lagMs: 600_000, medianLagMs: 2_000 },
        },
      });
    },
  );

  it('one consumer that is behind blocks a scale-down of the stream, whatever the other consumers do', () => {
    const well = adviseJointly(withFacts({ lag: knownSample(0, 0) }));
    expect(scaleDownHurtsAny([well, well])).toBe(false);
    expect(scaleDownHurtsAny([well, adviseJointly(withFacts({}))])).toBe(true);
  });
});

function withFacts(facts: Partial<JointFacts>): JointFacts {
  return {
    lag: tenMinutesBehind,
    shardLagMs: new Map(),
    stalledShards: [],
    openShardCount: 4,
    workers: 2,
    parallelizationFactor: 1,
    ...facts,
  };
}
