/**
 * One fault in one call, and what becomes of the stream. A story is something that makes a function act; it is told once
 * without a fault, which shows the calls it makes, and then once for each call and fault, on a stream that is made anew.
 *
 * What must hold at the end: after Lambda's own deliveries and one reconcile, stream, alarms, tags and consumer agree;
 * UpdateShardCount took effect as often as in the story without a fault; what the user put on the alarms is there; and with
 * the load as it was, the stream goes on to its next scaling: no alarm is stuck.
 */
import type { MetricAlarm, PutMetricAlarmInput } from '@aws-sdk/client-cloudwatch';
import type { Fault } from '../../../local/calls/fault-rules.ts';
import type { ApiCall } from '../../../local/wire/api-call.ts';
import { disagreementsOf } from './agreement.ts';
import { callKey } from './call-key.ts';
import { initialShardCount, lambdasPerShard, pagerTopic, retries, single, singleLoadDriven } from './fleet.ts';
import { hourMs, minuteMs, Scenario, secondMs } from './scenario.ts';
import type { StreamUnderTest } from './stream-under-test.ts';

export const storyNames = ['scale up', 'scale down', 'look', 'reconcile by hand', 'reconcile bounds'] as const;
export type StoryName = (typeof storyNames)[number];

interface Story {
  readonly actor: 'scaler' | 'reconciler';
  /** Load in shards that was there for hours, and stays until the story begins. */
  readonly restingLoad: number;
  /** Sets it off, and lets the actor begin. */
  readonly begin: (run: FaultRun) => Promise<void>;
  /** When its reconcile comes: deliveries have ended, and parents are drained. */
  readonly reconcileAfterMs: number;
  readonly acceptedCalls: number;
  /** What the stream goes on to if no alarm is stuck, and how long that may take. */
  readonly thenShards: readonly number[];
  readonly thenWithinMs: number;
  /** Of its stream's alarms, where they are not those of a stream that waits for alarms. */
  readonly expected?: { readonly scaleUpThreshold: number; readonly minShards: number };
}

const stories: Readonly<Record<StoryName, Story>> = {
  'scale up': {
    actor: 'scaler',
    restingLoad: 2,
    begin: async (run) => {
      run.stream.loadShards = 16;
      await run.untilCalled('AddTagsToStream', 40 * minuteMs);
    },
    reconcileAfterMs: 12 * minuteMs,
    acceptedCalls: 1,
    thenShards: [16],
    thenWithinMs: 60 * minuteMs,
  },
  'scale down': {
    actor: 'scaler',
    restingLoad: 0.1,
    // The load has been low for hours: the alarm fires as soon as the stream is there.
    begin: (run) => run.untilCalled('AddTagsToStream', 10 * minuteMs),
    reconcileAfterMs: 30 * minuteMs,
    acceptedCalls: 1,
    thenShards: [1],
    thenWithinMs: 100 * minuteMs,
  },
  look: {
    actor: 'scaler',
    restingLoad: 3,
    begin: async (run) => {
      // Neither far above the shards nor steep: one step is enough, whenever it is made.
      run.stream.loadShards = 4.5;
      await run.untilCalled('AddTagsToStream', 10 * minuteMs);
    },
    reconcileAfterMs: 12 * minuteMs,
    acceptedCalls: 1,
    // One more where the same hour was seen before, with more load ahead.
    thenShards: [7, 8],
    thenWithinMs: 0,
    // The scale-down alarm rests at any count.
    expected: { scaleUpThreshold: 1, minShards: 64 },
  },
  'reconcile by hand': {
    actor: 'reconciler',
    restingLoad: 2,
    begin: async (run) => {
      run.stream.loadShards = 16;
      run.account.aws.topics.behaviour = { delaysMs: [] };
      await run.account.pass(40 * minuteMs);
      run.account.aws.topics.behaviour = { delaysMs: [0] };
      run.stream.model.reshardByHand(2 * initialShardCount, run.account.clock.nowMs());
      await run.reconcileLater();
    },
    reconcileAfterMs: 12 * minuteMs,
    acceptedCalls: 0,
    thenShards: [16],
    thenWithinMs: 60 * minuteMs,
  },
  'reconcile bounds': {
    actor: 'reconciler',
    restingLoad: 2,
    begin: async (run) => {
      run.stream.setTags({ 'autoscaling/min-shards': String(2 * initialShardCount) });
      await run.reconcileLater();
    },
    reconcileAfterMs: 12 * minuteMs,
    acceptedCalls: 1,
    thenShards: [8],
    thenWithinMs: 0,
  },
};

/** Faults of one call; `for long` outlasts the resends of one invocation. */
export const faults: Readonly<Record<string, { readonly fault: (call: string) => Fault; readonly times: number }>> = {
  throttled: { fault: throttling, times: 1 },
  'throttled for long': { fault: throttling, times: retries + 1 },
  'access denied': { fault: () => ({ kind: 'error', code: 'AccessDeniedException' }), times: 1 },
  'internal error': { fault: () => ({ kind: 'error', code: 'InternalFailure' }), times: 1 },
  'internal error for long': { fault: () => ({ kind: 'error', code: 'InternalFailure' }), times: retries + 1 },
  'time-out before': { fault: () => ({ kind: 'no-answer', when: 'before' }), times: 1 },
  'time-out after': { fault: () => ({ kind: 'no-answer', when: 'after' }), times: 1 },
  'reset before': { fault: () => ({ kind: 'reset', when: 'before' }), times: 1 },
  'reset after': { fault: () => ({ kind: 'reset', when: 'after' }), times: 1 },
  'killed before': { fault: () => ({ kind: 'kill', when: 'before' }), times: 1 },
  'killed after': { fault: () => ({ kind: 'kill', when: 'after' }), times: 1 },
};

/** A call of a story: its key, and the how-manieth of that key it is. */
export interface CallOfStory {
  readonly key: string;
  readonly occurrence: number;
}

export class FaultRun {
  readonly account: Scenario;
  readonly stream: StreamUnderTest;
  readonly #alarms: readonly MetricAlarm[];
  #restingLoad: number;

  /** An account for these stories: those of load checks need a stream with a load policy. */
  static async start(kind: 'of alarms' | 'of looks' = 'of alarms'): Promise<FaultRun> {
    const { restingLoad } = stories.look;
    if (kind === 'of alarms') return new FaultRun(await Scenario.start(single), 0);
    return new FaultRun(await Scenario.start(singleLoadDriven, { restingLoad }), restingLoad);
  }

  private constructor(account: Scenario, restingLoad: number) {
    this.account = account;
    this.#restingLoad = restingLoad;
    const stream = account.take('served');
    this.stream = stream;
    const pager = account.alarmTopicArn.replace(/[^:]+$/, pagerTopic);
    for (const direction of ['up', 'down'] as const) {
      stream.changeAlarm(direction, {
        AlarmActions: [account.alarmTopicArn, pager],
        OKActions: [pager],
        AlarmDescription: 'Call the team of the shop',
      });
    }
    this.#alarms = [stream.alarm('up'), stream.alarm('down')];
  }

  stop(): Promise<void> {
    return this.account.stop();
  }

  /** The story without a fault: every call that its function makes, in order. */
  async listCalls(name: StoryName): Promise<readonly CallOfStory[]> {
    const counts = new Map<string, number>();
    const calls: CallOfStory[] = [];
    const actor = this.#actorOf(name);
    await this.#reset(stories[name]);
    const forget = this.account.aws.calls.addHook((call, when) => {
      if (when === 'after' || !isOf(call, actor)) return;
      const key = callKey(call);
      calls.push({ key, occurrence: counts.get(key) ?? 0 });
      counts.set(key, (counts.get(key) ?? 0) + 1);
    });
    // Up to the invocation that writes: what comes later is the same again.
    const stop = this.account.aws.onInvocation(({ functionName }) => {
      if (functionName === actor && calls.some(({ key }) => !reading.test(key))) forget();
    });
    await stories[name].begin(this);
    await this.account.pass(30 * secondMs);
    stop();
    return calls;
  }

  /** @returns what is wrong in the end; nothing, if the fault was healed. */
  async play(name: StoryName, call: CallOfStory, faultName: string): Promise<readonly string[]> {
    const story = stories[name];
    await this.#reset(story);
    const struck = this.#aim(call, faultName, this.#actorOf(name));
    await story.begin(this);
    await this.account.pass(story.reconcileAfterMs);
    await this.account.reconcile();
    // What the reconcile has set off again comes to its end.
    await this.account.pass(4 * minuteMs);
    await this.#letDrain();
    return [...(struck() ? [] : ['the fault hit no call']), ...this.#judge(story), ...(await this.#goOn(story))];
  }

  /**
   * Where the stream was scaled down, consumers wait for readers that are past the end of the resharding, as a reconcile has
   * seen it, and for the reconcile after that.
   */
  async #letDrain(): Promise<void> {
    const { stream, account } = this;
    const [, from = '0', to = '0'] = (stream.tags['autoscaling/scaling'] ?? '').split(' ');
    const waits = Number(to) < Number(from) && stream.concurrency === Number(from) * lambdasPerShard;
    if (!waits) return;
    for (let run = 0; run < 2; run += 1) {
      await account.pass(5 * minuteMs);
      await account.reconcile();
    }
  }

  /** Lets time pass until a function has called, at most for so long. */
  async untilCalled(operation: string, longestMs: number): Promise<void> {
    const from = this.account.aws.calls.log.records.length;
    const called = () =>
      this.account.aws.calls.log.records.slice(from).some((record) => record.operation === operation);
    const { clock } = this.account;
    for (const endMs = clock.nowMs() + longestMs; clock.nowMs() < endMs && !called(); )
      await this.account.pass(minuteMs);
  }

  /** As the schedule invokes it: asynchronously, with Lambda's retries. */
  async reconcileLater(): Promise<void> {
    this.account.aws.lambda.invokeAsynchronously(this.account.reconcilerName, '{"cause":"schedule"}');
    await this.account.pass(10 * secondMs);
  }

  #actorOf(name: StoryName): string {
    return stories[name].actor === 'scaler' ? this.account.scalerName : this.account.reconcilerName;
  }

  /** @returns whether the fault has hit. */
  #aim({ key, occurrence }: CallOfStory, faultName: string, actor: string): () => boolean {
    const chosen = faults[faultName];
    const [operation = ''] = key.slice(key.indexOf(':') + 1).split(' ');
    if (!chosen) throw new Error(`${faultName} is no fault`);
    let seen = -1;
    let hits = 0;
    this.account.aws.calls.faults.add({
      operation,
      fault: chosen.fault(key),
      matches: (call) => {
        if (!isOf(call, actor) || callKey(call) !== key) return false;
        seen += 1;
        if (seen < occurrence) return false;
        hits += 1;
        return true;
      },
      // UpdateShardCount is never resent after a fault that is not throttling: one is already for long.
      times: operation === 'UpdateShardCount' && !faultName.startsWith('throttled') ? 1 : chosen.times,
    });
    return () => hits > 0;
  }

  #judge(story: Story): readonly string[] {
    const { stream } = this;
    const expected = stream.tags['autoscaling/min-shards'];
    const minimum = expected === undefined ? {} : { minShards: Number(expected) };
    const { acceptedCalls } = stream;
    return [
      ...disagreementsOf(stream, story.expected ?? minimum),
      ...(acceptedCalls === story.acceptedCalls ? [] : [`AWS accepted ${acceptedCalls} calls`]),
      ...this.#findLosses(),
    ];
  }

  /** What a user set must be there whatever happened. */
  #findLosses(): readonly string[] {
    return (['up', 'down'] as const).flatMap((direction, index) => {
      const { AlarmName, AlarmActions, OKActions, AlarmDescription, TreatMissingData } = this.stream.alarm(direction);
      const now = JSON.stringify([AlarmActions, OKActions, AlarmDescription, TreatMissingData]);
      const first = this.#alarms[index];
      const then = JSON.stringify([
        first?.AlarmActions,
        first?.OKActions,
        first?.AlarmDescription,
        first?.TreatMissingData,
      ]);
      const { team } = this.stream.alarmTags(direction);
      return [
        ...(now === then ? [] : [`${AlarmName} lost what the user set: ${now}`]),
        ...(team === 'shop' ? [] : [`${AlarmName} lost its tag`]),
      ];
    });
  }

  /** As in production: the load stays, the schedule comes round. A stuck alarm would leave the stream where it is. */
  async #goOn({ thenShards, thenWithinMs }: Story): Promise<readonly string[]> {
    const { account, stream } = this;
    const endMs = account.clock.nowMs() + thenWithinMs;
    while (!thenShards.includes(stream.openShardCount) && account.clock.nowMs() < endMs) {
      await account.pass(10 * minuteMs);
      if (!thenShards.includes(stream.openShardCount)) await account.reconcile();
    }
    return thenShards.includes(stream.openShardCount) ? [] : [`stuck at ${stream.openShardCount} shards`];
  }

  /** The stream, its alarms and its consumer as they were deployed, with the user's parts, and a quiet past. */
  async #reset({ restingLoad }: Story): Promise<void> {
    const { account, stream } = this;
    const { aws } = account;
    aws.calls.faults.clear();
    while (aws.lambda.queue.size > 0) await account.pass(minuteMs);
    const names = this.#alarms.map(({ AlarmName = '' }) => AlarmName);
    aws.cloudwatch.deleteAlarms({ AlarmNames: names });
    stream.loadShards = restingLoad;
    stream.model.reshardByHand(initialShardCount, account.clock.nowMs());
    // The past that the alarms see: of the story before, until all of it is over.
    await account.pass(restingLoad === this.#restingLoad ? 35 * minuteMs : 6 * hourMs);
    this.#restingLoad = restingLoad;
    await aws.kinesis.delete(stream.name);
    await aws.kinesis.create(stream.name, 'PROVISIONED', initialShardCount);
    stream.concurrency = initialShardCount * lambdasPerShard;
    for (const alarm of this.#alarms) aws.cloudwatch.putMetricAlarm(alarm as PutMetricAlarmInput);
    for (const direction of ['up', 'down'] as const) stream.setAlarmTags(direction, { team: 'shop' });
    aws.topics.published.length = 0;
    aws.calls.log.clear();
  }
}

const reading = /:(Describe|Get|List)/;

function isOf({ caller }: ApiCall, functionName: string): boolean {
  return caller.kind === 'function' && caller.functionName === functionName;
}

/** Each service has its own word for it. */
function throttling(call: string): Fault {
  const codes: Readonly<Record<string, string>> = {
    kinesis: 'LimitExceededException',
    lambda: 'TooManyRequestsException',
  };
  return { kind: 'error', code: codes[call.split(':')[0] ?? ''] ?? 'ThrottlingException' };
}
