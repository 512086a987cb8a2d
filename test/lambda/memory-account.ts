/**
 * An AWS account in memory, behind the ports of the functions: streams that take their time, alarms, functions, a log of
 * the calls, and faults as a test wants them. A call answers what AWS documents for it; the runs against local AWS check the rest.
 */
import { alarmNameOf, type Direction, defineAlarm, readStreamName } from '../../core/alarm/alarm-definition.ts';
import type { ShardLoad } from '../../core/decision/hot-shard.ts';
import { type MinuteSums, noSums } from '../../core/load/traffic-minutes.ts';
import type { StreamSettings } from '../../core/settings/stream-settings.ts';
import type { EventSourceMapping } from '../../core/stream/event-sources.ts';
import { evenBoundary } from '../../core/stream/hash-keys.ts';
import type { IteratorAge, OpenShard, StreamMode, StreamStatus } from '../../core/stream/stream-state.ts';
import type { Tags } from '../../core/stream/stream-tags.ts';
import { failureOf } from '../../lambda/aws/calls.ts';
import type { Account } from '../../lambda/context.ts';
import type { Answer, Clock, Ports, UntaggedAlarm } from '../../lambda/ports.ts';
import { hour, now, sampleAlarmState } from '../core/samples.ts';

export const account: Account = { partition: 'aws', region: 'eu-west-1', accountId: '123456789012' };

export interface MemoryStream {
  status: StreamStatus;
  mode: StreamMode;
  openShardCount: number;
  targetShardCount: number;
  /** Absent means even ones. */
  shards?: readonly OpenShard[];
  tags: Tags;
}
interface MemoryAlarm extends UntaggedAlarm {
  readonly tags: Tags;
}
export interface Call {
  /** As IAM names it. */
  readonly operation: string;
  /** The stream, alarms or function. */
  readonly about: string;
  readonly isWrite: boolean;
}

export interface Failing {
  readonly code: string;
  /** So many calls succeed first. */
  skip?: number;
  /** How many calls fail; for ever without it. */
  times?: number;
  /** The call is carried out, and its answer lost. */
  readonly after?: boolean;
  /** The process dies: the call throws what no code of ours catches. */
  readonly dies?: boolean;
}

const writes = /:(Add|Update|Split|Put|Set|Tag|Delete)/;

export class ProcessDied extends Error {}

interface MemoryFunction {
  reserved: number | undefined;
  reads: boolean | undefined;
}

/** One mapping a function: to `orders`, or to a stream that nobody here knows. */
function mappingsOf(functionName: string, readsOrders: boolean | undefined): readonly EventSourceMapping[] {
  if (readsOrders === undefined) return [];
  const arn = (service: string, resource: string) => `arn:aws:${service}:eu-west-1:123456789012:${resource}`;
  return [
    {
      functionArn: arn('lambda', `function:${functionName}`),
      eventSourceArn: arn('kinesis', `stream/${readsOrders ? 'orders' : 'others'}`),
      parallelizationFactor: 1,
      isEnabled: true,
    },
  ];
}

export class MemoryAccount {
  nowMs = now;
  readonly sleeps: number[] = [];
  readonly calls: Call[] = [];
  readonly streams = new Map<string, MemoryStream>();
  readonly alarms = new Map<string, MemoryAlarm>();
  /** `reads`: whether the function reads `orders`, or another stream; undefined: it has no event source mapping. */
  readonly functions = new Map<string, MemoryFunction>();
  readonly iteratorAges = new Map<string, IteratorAge>();
  /** Offered load in shards by minutes since the epoch, of streams that publish any. */
  readonly traffic = new Map<string, (minute: number) => number>();
  /** Where that traffic begins: a history of days, not of two weeks, which no test of a decision needs. */
  trafficFromMs = now - 48 * hour;
  /** Traffic by shard, of streams that publish it. */
  readonly shardLoads = new Map<string, readonly ShardLoad[]>();
  unreservedConcurrency = 900;
  shardLimit = 1_000;
  /** UpdateShardCount calls that were carried out, by stream. */
  readonly scalings: { readonly streamName: string; readonly from: number; readonly to: number }[] = [];
  /** Asynchronous invocations, in their order. */
  readonly invocations: { readonly functionName: string; readonly event: object }[] = [];
  /** Notices to people, in their order. */
  readonly published: { readonly topicArn: string; readonly subject: string }[] = [];
  readonly #failing = new Map<string, Failing>();
  readonly #hooks = new Map<string, () => void>();

  readonly clock: Clock = {
    nowMs: () => this.nowMs,
    monotonicMs: () => this.nowMs,
    sleep: async (ms) => {
      this.sleeps.push(ms);
      this.nowMs += ms;
    },
  };

  readonly ports: Ports = {
    streams: {
      describe: (name) =>
        this.#answer('kinesis:DescribeStreamSummary', name, () => {
          const { status, mode, openShardCount } = this.stream(name);
          return { status, mode, openShardCount, publishesByShard: this.shardLoads.has(name) };
        }),
      listTags: (name) => this.#answer('kinesis:ListTagsForStream', name, () => this.stream(name).tags),
      addTags: (name, tags) =>
        this.#answer('kinesis:AddTagsToStream', name, () => {
          const stream = this.stream(name);
          if (stream.status !== 'ACTIVE') throw new Refused('ResourceInUseException');
          stream.tags = { ...stream.tags, ...tags };
        }),
      updateShardCount: (name, target) =>
        this.#answer('kinesis:UpdateShardCount', name, () => this.#updateShardCount(name, target)),
      splitShard: (name, shardId, at) =>
        this.#answer('kinesis:SplitShard', `${name} ${shardId}`, () =>
          this.#changeShards(name, (shards) =>
            shards.flatMap((shard) =>
              shard.shardId === shardId
                ? [
                    { ...shard, shardId: `${shardId}l` },
                    { ...shard, shardId: `${shardId}h`, firstHashKey: at },
                  ]
                : [shard],
            ),
          ),
        ),
      mergeShards: (name, shardId, adjacentShardId) =>
        this.#answer('kinesis:MergeShards', `${name} ${shardId} ${adjacentShardId}`, () =>
          this.#changeShards(name, (shards) =>
            shards
              .filter((shard) => shard.shardId !== adjacentShardId)
              .map((shard) => (shard.shardId === shardId ? { ...shard, shardId: `${shardId}m` } : shard)),
          ),
        ),
      openShards: (name) => this.#answer('kinesis:ListShards', name, () => this.#shardsOf(name)),
      shardLoads: (name) => this.#answer('kinesis:ListShards', name, () => this.shardLoads.get(name) ?? []),
      describeLimits: () =>
        this.#answer('kinesis:DescribeLimits', '', () => ({
          shardLimit: this.shardLimit,
          openShardCount: [...this.streams.values()].reduce((sum, { openShardCount }) => sum + openShardCount, 0),
        })),
    },
    alarms: {
      describe: (names) =>
        this.#answer('cloudwatch:DescribeAlarms', names.join(' '), () => {
          const found = names.flatMap((name) => this.alarms.get(name) ?? []);
          return new Map(found.map(({ tags: _untold, ...alarm }) => [alarm.alarmName, alarm]));
        }),
      inAlarm: (topicArn) =>
        this.#answer('cloudwatch:DescribeAlarms', topicArn, () =>
          [...this.alarms.values()].filter(
            ({ state, userParts }) => state === 'ALARM' && userParts.alarmActions.includes(topicArn),
          ),
        ),
      listTags: (arn) =>
        this.#answer('cloudwatch:ListTagsForResource', nameIn(arn), () => this.alarms.get(nameIn(arn))?.tags ?? {}),
      put: (name, definition, userParts) =>
        this.#answer('cloudwatch:PutMetricAlarm', name, () =>
          this.#changeAlarm(name, { definition, userParts, configuredAtMs: this.nowMs }),
        ),
      create: (alarmName, definition, userParts, tags) =>
        this.#answer('cloudwatch:PutMetricAlarm', alarmName, () => {
          const direction = alarmName.endsWith('-scale-up') ? 'up' : 'down';
          const { tags: _none, ...sample } = sampleAlarmState(direction);
          const state = 'INSUFFICIENT_DATA' as const;
          this.alarms.set(alarmName, { ...sample, alarmName, definition, userParts, tags, state });
        }),
      rearm: (name) =>
        this.#answer('cloudwatch:SetAlarmState', name, () =>
          this.#changeAlarm(name, { state: 'INSUFFICIENT_DATA', stateTransitionedAtMs: this.nowMs }),
        ),
      tag: (arn, tags) =>
        this.#answer('cloudwatch:TagResource', nameIn(arn), () =>
          this.#changeAlarm(nameIn(arn), { tags: { ...this.alarm(nameIn(arn)).tags, ...tags } }),
        ),
    },
    metrics: {
      minuteSums: (name, fromMs, toMs) =>
        this.#answer('cloudwatch:GetMetricData', name, () => this.#minuteSums(name, fromMs, toMs)),
      iteratorAge: (name) =>
        this.#answer('cloudwatch:GetMetricData', name, () => this.iteratorAges.get(name) ?? { seen: false }),
    },
    functions: {
      reservedConcurrency: (name) =>
        this.#answer('lambda:GetFunctionConcurrency', name, () => this.function(name).reserved),
      unreservedConcurrency: () => this.#answer('lambda:GetAccountSettings', '', () => this.unreservedConcurrency),
      reserve: (name, concurrency) =>
        this.#answer('lambda:PutFunctionConcurrency', name, () => {
          this.function(name).reserved = concurrency;
        }),
      unreserve: (name) =>
        this.#answer('lambda:DeleteFunctionConcurrency', name, () => {
          this.function(name).reserved = undefined;
        }),
      eventSourceMappings: () =>
        this.#answer('lambda:ListEventSourceMappings', '', () =>
          [...this.functions].flatMap(([name, { reads }]) => mappingsOf(name, reads)),
        ),
    },
    fleet: {
      streamTags: () =>
        this.#answer('tag:GetResources', 'streams', () => {
          const tagged = [...this.streams].filter(([, { tags }]) => Object.keys(tags).length > 0);
          return new Map(tagged.map(([name, { tags }]) => [name, tags]));
        }),
      alarmsTagged: (key, value) =>
        this.#answer('tag:GetResources', 'alarms', () =>
          [...this.alarms].filter(([, { tags }]) => tags[key] === value).map(([name]) => name),
        ),
      alarms: () => this.#answer('cloudwatch:DescribeAlarms', 'all', () => [...this.alarms.values()]),
      deleteAlarms: (names) =>
        this.#answer('cloudwatch:DeleteAlarms', names.join(' '), () => {
          for (const name of names) this.alarms.delete(name);
        }),
      invokeLater: (name, event) =>
        this.#answer('lambda:InvokeFunction', name, () => {
          this.invocations.push({ functionName: name, event });
        }),
    },
    notices: {
      publish: (topicArn, subject) =>
        this.#answer('sns:Publish', topicArn, () => {
          this.published.push({ topicArn, subject });
        }),
    },
  };

  /** A stream with both alarms as the deployment made them. */
  addStream(name: string, openShardCount: number, settings: StreamSettings): void {
    this.streams.set(name, {
      status: 'ACTIVE',
      mode: 'PROVISIONED',
      openShardCount,
      targetShardCount: openShardCount,
      tags: {},
    });
    for (const direction of ['up', 'down'] as const) {
      const alarmName = alarmNameOf(name, direction);
      this.alarms.set(alarmName, {
        ...sampleAlarmState(direction),
        alarmName,
        alarmArn: `arn:aws:cloudwatch:eu-west-1:123456789012:alarm:${alarmName}`,
        definition: defineAlarm(direction, { streamName: name, shardCount: openShardCount, settings }),
        tags: {},
      });
    }
  }

  /** The alarm goes into ALARM now. */
  fire(streamName: string, direction: Direction): string {
    const alarmName = alarmNameOf(streamName, direction);
    this.#changeAlarm(alarmName, { state: 'ALARM', stateTransitionedAtMs: this.nowMs });
    return alarmName;
  }

  /** The resharding under way is over. */
  finish(streamName: string): void {
    const stream = this.stream(streamName);
    if (stream.status !== 'UPDATING') return;
    stream.status = 'ACTIVE';
    stream.openShardCount = stream.targetShardCount;
  }

  fail(operation: string, failing: Failing): void {
    this.#failing.set(operation, { ...failing });
  }

  heal(): void {
    this.#failing.clear();
  }

  /** Runs once, when the operation is called next. */
  before(operation: string, hook: () => void): void {
    this.#hooks.set(operation, hook);
  }

  stream(name: string): MemoryStream {
    const stream = this.streams.get(name);
    if (!stream) throw new Refused('ResourceNotFoundException');
    return stream;
  }

  alarm(name: string): MemoryAlarm {
    const alarm = this.alarms.get(name);
    if (!alarm) throw new Refused('ResourceNotFound');
    return alarm;
  }

  function(name: string): MemoryFunction {
    const found = this.functions.get(name);
    if (!found) throw new Refused('ResourceNotFoundException');
    return found;
  }

  writes(): readonly string[] {
    return this.calls.filter(({ isWrite }) => isWrite).map(({ operation, about }) => `${operation} ${about}`);
  }

  operations(): readonly string[] {
    return this.calls.map(({ operation }) => operation);
  }

  #minuteSums(name: string, fromMs: number, toMs: number): MinuteSums {
    const sums = noSums(fromMs, (toMs - fromMs) / 60_000);
    const traffic = this.traffic.get(name);
    if (!traffic) return sums;
    const first = Math.ceil(Math.max(0, this.trafficFromMs - fromMs) / 60_000);
    for (let minute = first; minute < sums.records.length; minute++) {
      const offered = traffic(fromMs / 60_000 + minute);
      const taken = Math.min(offered, this.stream(name).openShardCount);
      sums.records[minute] = taken * 60_000;
      sums.throttledRecords[minute] = (offered - taken) * 60_000;
    }
    return sums;
  }

  #updateShardCount(name: string, target: number): void {
    const stream = this.stream(name);
    if (stream.mode === 'ON_DEMAND') throw new Refused('ValidationException');
    if (stream.status !== 'ACTIVE') throw new Refused('ResourceInUseException');
    this.scalings.push({ streamName: name, from: stream.openShardCount, to: target });
    stream.status = 'UPDATING';
    stream.targetShardCount = target;
    delete stream.shards;
  }

  #shardsOf(name: string): readonly OpenShard[] {
    const { shards, openShardCount: count } = this.stream(name);
    const even = (shard: number) => ({
      shardId: `shard-${shard}`,
      firstHashKey: evenBoundary(shard, count),
      lastHashKey: String(BigInt(evenBoundary(shard + 1, count)) - 1n),
    });
    return shards ?? Array.from({ length: count }, (_, shard) => even(shard));
  }

  #changeShards(name: string, change: (shards: readonly OpenShard[]) => readonly OpenShard[]): void {
    const shards = change(this.#shardsOf(name));
    this.#updateShardCount(name, shards.length);
    this.stream(name).shards = shards;
  }

  #changeAlarm(name: string, change: Partial<MemoryAlarm>): void {
    this.alarms.set(name, { ...this.alarm(name), ...change });
  }

  #nextFailure(operation: string): Failing | undefined {
    const failing = this.#failing.get(operation);
    if (!failing || failing.times === 0) return undefined;
    if (failing.skip) {
      failing.skip -= 1;
      return undefined;
    }
    if (failing.times !== undefined) failing.times -= 1;
    return failing;
  }

  async #answer<T>(operation: string, about: string, carryOut: () => T): Promise<Answer<T>> {
    const hook = this.#hooks.get(operation);
    this.#hooks.delete(operation);
    hook?.();
    this.calls.push({ operation, about, isWrite: writes.test(operation) });
    const failing = this.#nextFailure(operation);
    try {
      const value = failing && !failing.after ? undefined : carryOut();
      if (failing) throw failing.dies ? new ProcessDied(operation) : new Refused(failing.code);
      // Without a failure the call was carried out, and has a value of its type.
      return { ok: true, value: value as T };
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return { ok: false, failure: { call: operation, ...failureOf(error.code, `${operation} ${about}`) } };
    }
  }
}

class Refused extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

function nameIn(alarmArn: string): string {
  return alarmArn.slice(alarmArn.lastIndexOf(':') + 1);
}

/** The text of the notification that CloudWatch sends of an alarm as it is now. */
export function notificationOf(alarm: UntaggedAlarm, newState: string = alarm.state): string {
  return JSON.stringify({
    AlarmName: alarm.alarmName,
    AlarmArn: alarm.alarmArn,
    AlarmDescription: null,
    NewStateValue: newState,
    StateChangeTime: new Date(alarm.stateTransitionedAtMs).toISOString().replace('Z', '+0000'),
    Region: 'EU (Ireland)',
    Trigger: {
      Metrics: alarm.definition.metrics.map((metric) => {
        const common = { Id: metric.id, Label: metric.label, ReturnData: metric.returnData };
        if ('expression' in metric) return { ...common, Expression: metric.expression };
        const Dimensions = Object.entries(metric.dimensions).map(([name, value]) => ({ name, value }));
        const Metric = { Namespace: metric.namespace, MetricName: metric.metricName, Dimensions };
        return { ...common, MetricStat: { Metric, Period: metric.periodSeconds, Stat: metric.stat } };
      }),
    },
  });
}

/** Whether stream, alarms, tags and consumers agree with one another; the names of those that do not. */
export function findDisagreements(aws: MemoryAccount, streamName: string, settings: StreamSettings): readonly string[] {
  const stream = aws.stream(streamName);
  const wanted = stream.status === 'UPDATING' ? stream.targetShardCount : stream.openShardCount;
  const alarms = (['up', 'down'] as const).map((direction) => {
    const alarm = aws.alarm(alarmNameOf(streamName, direction));
    const definition = defineAlarm(direction, { streamName, shardCount: wanted, settings });
    const s1 = JSON.stringify(definition) === JSON.stringify(alarm.definition);
    return s1 && readStreamName(alarm.definition.metrics) === streamName ? [] : [alarm.alarmName];
  });
  const stuck = [...aws.alarms.values()]
    .filter(({ state }) => state === 'ALARM')
    .map((alarm) => `${alarm.alarmName} in ALARM`);
  const consumers = settings.consumers.flatMap(({ functionArn, lambdasPerShard }) => {
    const name = functionArn.split(':')[6] ?? '';
    return aws.function(name).reserved === wanted * (lambdasPerShard ?? 1) ? [] : [name];
  });
  return [...alarms.flat(), ...stuck, ...consumers];
}

export const longBefore = now - 4 * hour;
