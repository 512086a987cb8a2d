/**
 * What can happen to one stream in half a day, as fast-check draws and shrinks it: a list of steps on the clock, and the
 * noise (latency, faults, stale reads) that every call meets. Everything follows from it, so a history can be run again.
 */
import fc from 'fast-check';
import type { Direction } from '../../core/alarm/alarm-definition.ts';
import { readStreamSettings } from '../../core/settings/read-stream-settings.ts';
import type { PolicyName, StreamSettings } from '../../core/settings/stream-settings.ts';

/** What the deployment says; a redeploy may change all of it. */
export interface DeploymentChoice {
  readonly policy: PolicyName;
  readonly minShards: number;
  readonly maxShards: number;
  readonly scaleDownCooldownMinutes: number;
  readonly scaleUpCooldownMinutes: number;
  readonly dailyQuotaReserve: number;
  readonly dryRun: boolean;
}

export interface Noise {
  readonly seed: number;
  /** Chance that a call fails, in any of the ways of faults.ts. */
  readonly faultRate: number;
  /** Chance that a call takes seconds, not milliseconds. */
  readonly slowRate: number;
  /** Chance that tags are read as they were up to a minute ago. */
  readonly staleRate: number;
  /** Chance that a notification is lost, comes twice, or hours late. */
  readonly deliveryFaultRate: number;
}

export type Step =
  | { readonly kind: 'load'; readonly shards: number }
  | {
      readonly kind: 'redeploy';
      readonly change: DeploymentChoice;
      readonly templateShards: number;
      readonly told: boolean;
    }
  | { readonly kind: 'reshard-by-hand'; readonly factor: number }
  | { readonly kind: 'update-by-hand'; readonly factor: number }
  | { readonly kind: 'mode'; readonly mode: 'PROVISIONED' | 'ON_DEMAND' }
  | { readonly kind: 'repeat-notification'; readonly back: number }
  | { readonly kind: 'forge'; readonly forgery: Forgery }
  | { readonly kind: 'reconcile' }
  | { readonly kind: 'iterator-age'; readonly minutes: number | undefined };

export interface Forgery {
  readonly direction: Direction;
  /** `open`: the count that the stream has then. */
  readonly judged: 'open' | number | undefined;
  readonly minutesAhead: number;
  readonly state: 'ALARM' | 'OK' | 'INSUFFICIENT_DATA';
}

export interface TimedStep {
  readonly atMinute: number;
  readonly step: Step;
}

export interface History {
  readonly openShardCount: number;
  readonly deployment: DeploymentChoice;
  readonly hasConsumer: boolean;
  /** Invocations of the scaler that may run side by side. */
  readonly scalerConcurrency: number;
  readonly noise: Noise;
  readonly steps: readonly TimedStep[];
}

/** Minutes in which steps happen; after them come the minutes in which nothing is at fault any more. */
export const eventfulMinutes = 6 * 60;

/** The settings that a history does not vary are small, so that alarms can fire many times within half a day. */
export function settingsOf(choice: DeploymentChoice, hasConsumer: boolean): StreamSettings {
  const { dryRun: _, ...streamSettingsTable } = choice;
  const read = readStreamSettings({
    periodMinutes: 1,
    scaleUpEvaluationPeriods: 5,
    scaleUpDatapointsToAlarm: 5,
    scaleDownEvaluationPeriods: 15,
    scaleDownDatapointsToAlarm: 12,
    ...streamSettingsTable,
    consumers: hasConsumer ? [{ functionArn: consumerArn, lambdasPerShard: 2 }] : [],
  });
  if (!read.ok) throw new TypeError(`a history drew settings that are not valid: ${JSON.stringify(read.faults)}`);
  return read.value;
}

export const streamName = 'orders';
export const consumerName = 'orders-processor';
const consumerArn = `arn:aws:lambda:eu-west-1:123456789012:function:${consumerName}`;
export const consumerMapping = {
  FunctionArn: consumerArn,
  EventSourceArn: `arn:aws:kinesis:eu-west-1:123456789012:stream/${streamName}`,
  ParallelizationFactor: 2,
  State: 'Enabled',
};

const shardCounts = fc.constantFrom(1, 2, 3, 4, 5, 8, 12, 16);

const deployments: fc.Arbitrary<DeploymentChoice> = fc.record({
  policy: fc.constantFrom<PolicyName>('doubling', 'doubling', 'target', 'adaptive'),
  minShards: fc.constantFrom(1, 1, 2, 3),
  maxShards: fc.constantFrom(4, 8, 32, 64),
  scaleDownCooldownMinutes: fc.constantFrom(0, 10, 60),
  scaleUpCooldownMinutes: fc.constantFrom(0, 0, 10),
  dailyQuotaReserve: fc.constantFrom(0, 3),
  dryRun: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
});

const forgeries: fc.Arbitrary<Forgery> = fc.record({
  direction: fc.constantFrom<Direction>('up', 'down'),
  judged: fc.oneof(fc.constant('open' as const), shardCounts, fc.constant(undefined)),
  minutesAhead: fc.constantFrom(-600, -5, 0, 0, 5, 600),
  state: fc.constantFrom<Forgery['state']>('ALARM', 'ALARM', 'ALARM', 'OK', 'INSUFFICIENT_DATA'),
});

const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant('load'), shards: fc.constantFrom(0, 0.1, 0.5, 1, 2, 4, 8, 20, 60) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('redeploy'),
      change: deployments,
      templateShards: shardCounts,
      told: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('reshard-by-hand'), factor: fc.constantFrom(0.5, 0.75, 1.5, 2) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('update-by-hand'), factor: fc.constantFrom(0.5, 2) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('mode'),
      mode: fc.constantFrom<'PROVISIONED' | 'ON_DEMAND'>('PROVISIONED', 'ON_DEMAND'),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('repeat-notification'), back: fc.nat({ max: 5 }) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('forge'), forgery: forgeries }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('reconcile') }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('iterator-age'), minutes: fc.constantFrom(0, 90, undefined) }),
  },
);

const noises: fc.Arbitrary<Noise> = fc.record({
  seed: fc.nat(),
  faultRate: fc.constantFrom(0, 0, 0.01, 0.05, 0.2),
  slowRate: fc.constantFrom(0, 0.05, 0.3),
  staleRate: fc.constantFrom(0, 0.1, 0.5),
  deliveryFaultRate: fc.constantFrom(0, 0.1, 0.5),
});

export const histories: fc.Arbitrary<History> = fc.record({
  openShardCount: shardCounts,
  deployment: deployments,
  hasConsumer: fc.boolean(),
  scalerConcurrency: fc.constantFrom(1, 1, 2, 4),
  noise: noises,
  steps: fc
    .array(fc.record({ atMinute: fc.nat({ max: eventfulMinutes - 1 }), step: steps }), { minLength: 3, maxLength: 25 })
    .map((drawn) => drawn.toSorted((a, b) => a.atMinute - b.atMinute)),
});
