/** One joint decision of one stream: gathers the facts, asks the rules. */

import { adviseJointly, type JointAdvice } from '../decision/joint-decision.ts';
import { isKnown, type Sample, unknownSample } from '../decision/sample.ts';
import { applicationLag, readShardLags } from '../signals/application-lag.ts';
import type { CloudWatchReader } from '../signals/cloudwatch-metric.ts';
import { iteratorAge } from '../signals/iterator-age.ts';
import { type LeaseTable, type LeaseTableReader, readLeaseTable } from '../signals/kcl-leases.ts';
import { openShards, type StreamReader } from '../signals/open-shards.ts';
import type { JointStreamConfig } from './config-schema.ts';

export interface JointReaders {
  readonly cloudwatch: CloudWatchReader;
  readonly dynamodb: LeaseTableReader;
  readonly kinesis: StreamReader;
  readonly nowMs: () => number;
  /** A fact that could not be had; the round goes on without it. */
  readonly onError: (fact: string, error: unknown) => void;
}

export interface JointRound {
  readonly advice: JointAdvice;
  readonly leases: LeaseTable | undefined;
}

/** Remembers lag and checkpoints of the last round: a shard with lag whose checkpoint stands still is stalled. */
export function createJointRound(
  config: JointStreamConfig,
  readers: JointReaders,
): (abortSignal: AbortSignal) => Promise<JointRound> {
  const { applicationName, leaseTable, streamName, parallelizationFactor, behindAfterSeconds } = config;
  const metrics = { client: readers.cloudwatch, nowMs: readers.nowMs };
  const lagSignal =
    applicationName === undefined ? iteratorAge(streamName, metrics) : applicationLag(applicationName, metrics);
  const shardCount = openShards(streamName, { client: readers.kinesis, nowMs: readers.nowMs });
  let checkpoints: ReadonlyMap<string, string> = new Map();
  let previousLagMs: number | undefined;

  return async (abortSignal) => {
    const attempt = async <Fact>(name: string, look: () => Promise<Fact>): Promise<Fact | undefined> => {
      try {
        return await look();
      } catch (error) {
        readers.onError(name, error);
        return undefined;
      }
    };
    const [lag, shards, leases] = await Promise.all([
      attempt('lag', () => lagSignal(abortSignal)),
      attempt('open shard count', () => shardCount(abortSignal)),
      leaseTable === undefined
        ? undefined
        : attempt('leases', () => readLeaseTable(readers.dynamodb, leaseTable, abortSignal)),
    ]);
    const shardIds = leases?.active.map((lease) => lease.leaseKey) ?? [];
    const shardLags =
      applicationName === undefined || shardIds.length === 0
        ? undefined
        : await attempt('lag by shard', () => readShardLags(applicationName, shardIds, metrics, abortSignal));

    const shardLagMs = new Map([...(shardLags ?? [])].map(([shardId, sample]) => [shardId, sample.value]));
    const stalledShards = leases === undefined ? [] : stalledSince(checkpoints, leases, shardLagMs);
    if (leases !== undefined) checkpoints = new Map(leases.active.map((lease) => [lease.leaseKey, lease.checkpoint]));
    const advice = adviseJointly(
      {
        lag: lag ?? unknownSample('the lag could not be read', readers.nowMs()),
        ...(previousLagMs === undefined ? {} : { previousLagMs }),
        shardLagMs,
        stalledShards,
        openShardCount: knownValue(shards),
        workers: workersOf(leases),
        parallelizationFactor,
      },
      { behindAfterMs: behindAfterSeconds * 1000 },
    );
    previousLagMs = knownValue(lag);
    return { advice, leases };
  };
}

function stalledSince(
  checkpoints: ReadonlyMap<string, string>,
  leases: LeaseTable,
  lagMs: ReadonlyMap<string, number>,
): string[] {
  return leases.active
    .filter((lease) => checkpoints.get(lease.leaseKey) === lease.checkpoint && (lagMs.get(lease.leaseKey) ?? 0) > 0)
    .map((lease) => lease.leaseKey);
}

/** A table without leases tells nothing of the workers: the application may not have started. */
function workersOf(leases: LeaseTable | undefined): number | undefined {
  return leases === undefined || leases.active.length + leases.finished === 0 ? undefined : leases.leasesByWorker.size;
}

function knownValue(sample: Sample | undefined): number | undefined {
  return sample !== undefined && isKnown(sample) ? sample.value : undefined;
}
