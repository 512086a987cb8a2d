import { describe, expect, it } from 'vitest';
import { planConvergence } from '../../../core/plan/convergence.ts';
import type { ConsumerState } from '../../../core/stream/stream-state.ts';
import { tagKeys } from '../../../core/stream/stream-tags.ts';
import { now, sampleConsumer, sampleSettings, sampleState } from '../samples.ts';

/** Readers of one stream of four shards, in an account that can still reserve so much. */
function plan(reservable: number | undefined, ...reserved: readonly (number | undefined)[]) {
  const consumers = reserved.map(
    (reservedConcurrency, index): ConsumerState => ({
      ...sampleConsumer({ reservedConcurrency, reservableConcurrency: reservable, executionsPerShard: index + 1 }),
      functionName: `reader-${index + 1}`,
    }),
  );
  const { concurrencyLanes, findings } = planConvergence({
    // Every reservation is one that we set.
    state: { ...sampleState(), consumers, tags: Object.fromEntries(consumers.map(tagOf)) },
    settings: sampleSettings(),
    nowMs: now,
  });
  const raised = concurrencyLanes.flat().flatMap((effect) => (effect.kind === 'set-concurrency' ? [effect] : []));
  return {
    raised: raised.map(({ functionName, from, to }) => [functionName, from, to]),
    unaffordable: findings.filter(({ kind }) => kind === 'concurrency-unaffordable'),
  };
}

function tagOf({ functionName, reservedConcurrency }: ConsumerState) {
  return [tagKeys.concurrency + functionName, String(reservedConcurrency)] as const;
}

describe('several consumers of one stream', () => {
  it('each follow the shards by their own factor', () => {
    expect(plan(100, 2, 4)).toEqual({
      raised: [
        ['reader-1', 2, 4],
        ['reader-2', 4, 8],
      ],
      unaffordable: [],
    });
  });

  it('do not together reserve more than the account can give', () => {
    const { raised, unaffordable } = plan(5, 2, 4);
    expect(raised).toEqual([
      ['reader-1', 2, 4],
      ['reader-2', 4, 7],
    ]);
    expect(unaffordable).toMatchObject([{ functionName: 'reader-2', wanted: 8, affordable: 7 }]);
  });

  it('count the whole of a first reservation against what the account can give', () => {
    const { raised, unaffordable } = plan(6, undefined, 4);
    expect(raised).toEqual([
      ['reader-1', undefined, 4],
      ['reader-2', 4, 6],
    ]);
    expect(unaffordable).toMatchObject([{ functionName: 'reader-2', wanted: 8, affordable: 6 }]);
  });

  it('are raised to what they need where the account could not be read', () => {
    expect(plan(undefined, 2, 4).raised).toEqual([
      ['reader-1', 2, 4],
      ['reader-2', 4, 8],
    ]);
  });
});
