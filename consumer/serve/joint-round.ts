/** One joint decision of one stream: gathers the facts, asks the rules. */

import { adviseJointly, type JointAdvice } from '../decision/joint-decision.ts';
import { isKnown, type KnownSample, type Sample, type Signal, unknownSample } from '../decision/sample.ts';
import { applicationLag, readShardLags, worstLag } from '../signals/application-lag.ts';
import type { CloudWatchReader } from '../signals/cloudwatch-metric.ts';
import { iteratorAge } from '../signals/iterator-age.ts';
import { createLeaseReader, type LeaseTable, type LeaseTableReader, leasesOfStream } from '../signals/lease-table.ts';
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
  /** The whole table, for the members of the application. */
  readonly leases: LeaseTable | undefined;
}

/** Remembers lag and checkpoints of the last round: a shard with lag whose checkpoint stands still is stalled. */
export function createJointRound(
  config: JointStreamConfig,
  readers: JointReaders,
): (abortSignal: AbortSignal) => Promise<JointRound> {
  const readFacts = createFactReader(config, readers);
  let checkpoints: ReadonlyMap<string, string> = new Map();
  let previousLagMs: number | undefined;

  return async (abortSignal) => {
    const { lag, openShardCount, table, leases, shardLags } = await readFacts(abortSignal);
    const shardLagMs = new Map([...shardLags].map(([shardId, { value }]) => [shardId, value]));
    const stalledShards = leases === undefined ? [] : stalledSince(checkpoints, leases, shardLagMs);
    if (leases !== undefined)
      checkpoints = new Map(leases.active.map(({ shardId, checkpoint }) => [shardId, checkpoint]));
    const advice = adviseJointly(
      {
        lag,
        ...(previousLagMs === undefined ? {} : { previousLagMs }),
        shardLagMs,
        stalledShards,
        openShardCount,
        workers: workersOf(leases),
        parallelizationFactor: config.parallelizationFactor,
      },
      { behindAfterMs: config.behindAfterSeconds * 1000 },
    );
    previousLagMs = knownValue(lag);
    return { advice, leases: table };
  };
}

interface RoundFacts {
  readonly lag: Sample;
  readonly openShardCount: number | undefined;
  readonly table: LeaseTable | undefined;
  /** Of this stream alone, where the table holds several. */
  readonly leases: LeaseTable | undefined;
  readonly shardLags: ReadonlyMap<string, KnownSample>;
}

/** Reads every fact that it can. A fact that cannot be read goes to `onError`, and the others are read all the same. */
function createFactReader(
  config: JointStreamConfig,
  { cloudwatch, dynamodb, kinesis, nowMs, onError }: JointReaders,
): (abortSignal: AbortSignal) => Promise<RoundFacts> {
  const { applicationName, leaseTable, streamName, workerDeadAfterSeconds } = config;
  const metrics = { client: cloudwatch, nowMs };
  const wholeLag: Signal =
    applicationName === undefined ? iteratorAge(streamName, metrics) : applicationLag(applicationName, metrics);
  const shardCount = openShards(streamName, { client: kinesis, nowMs });
  const leaseOptions = { client: dynamodb, nowMs, deadAfterMs: workerDeadAfterSeconds * 1000 };
  const readTable = leaseTable === undefined ? undefined : createLeaseReader(leaseTable, leaseOptions);
  const attempt = async <Fact>(name: string, read: () => Promise<Fact> | undefined): Promise<Fact | undefined> => {
    try {
      return await read();
    } catch (error) {
      onError(name, error);
      return undefined;
    }
  };

  return async (abortSignal) => {
    const [whole, shards, table] = await Promise.all([
      attempt('lag', () => wholeLag(abortSignal)),
      attempt('open shard count', () => shardCount(abortSignal)),
      attempt('leases', () => readTable?.(abortSignal)),
    ]);
    const leases = table === undefined ? undefined : leasesOfStream(table, streamName);
    const active = leases?.active ?? [];
    const shardLags =
      applicationName === undefined || active.length === 0
        ? undefined
        : await attempt('lag by shard', () => readShardLags(applicationName, active, metrics, abortSignal));
    // The application's own number is that of its worst stream, which need not be this one.
    const severalStreams = active.some(({ streamId }) => streamId !== undefined);
    const ofStream =
      severalStreams && shardLags !== undefined ? worstLag(shardLags, active.length, streamName, nowMs()) : undefined;
    return {
      lag: (severalStreams ? ofStream : whole) ?? unknownSample('the lag could not be read', nowMs()),
      openShardCount: knownValue(shards),
      table,
      leases,
      shardLags: shardLags ?? new Map(),
    };
  };
}

function stalledSince(
  checkpoints: ReadonlyMap<string, string>,
  leases: LeaseTable,
  lagMs: ReadonlyMap<string, number>,
): string[] {
  return leases.active
    .filter(({ shardId, checkpoint }) => checkpoints.get(shardId) === checkpoint && (lagMs.get(shardId) ?? 0) > 0)
    .map(({ shardId }) => shardId);
}

/** A table without leases tells nothing of the workers: the application may not have started. */
function workersOf(leases: LeaseTable | undefined): number | undefined {
  if (leases === undefined || leases.active.length + leases.finished.length === 0) return undefined;
  return leases.leasesByWorker.size;
}

function knownValue(sample: Sample | undefined): number | undefined {
  return sample !== undefined && isKnown(sample) ? sample.value : undefined;
}
