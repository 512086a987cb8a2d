/**
 * One account for the tests of a file: local AWS on the discrete-event clock, with the synthesized stack deployed into it,
 * traffic on its streams, and the bundle in AWS's runtime client. Nothing here reaches into the product.
 */

import { readReportLine } from '../../../cli/report-lines.ts';
import type { ScalingReport } from '../../../core/report/scaling-report.ts';
import type { CallRecord } from '../../../local/calls/call-log.ts';
import { type Deployment, deploy } from '../../../local/deploy/deploy.ts';
import { functionWithoutCode } from '../../../local/lambda/function-definition.ts';
import type { PoolResult } from '../../../local/lambda/function-pool.ts';
import { type LocalAws, type LocalAwsOptions, startLocalAws } from '../../../local/local-aws.ts';
import { VirtualClock } from '../../../simulator/models/clock.ts';
import { assemblyOf } from './assembly.ts';
import {
  fleet,
  initialShardCount,
  lambdasPerShard,
  noticeTopic,
  pagerTopic,
  processorOf,
  type StreamKind,
} from './fleet.ts';
import { StreamUnderTest } from './stream-under-test.ts';

export const secondMs = 1_000;
export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
/** A Monday noon: no midnight is near. */
const startMs = Date.UTC(2026, 2, 2, 12);

/** A line that a function wrote, taken apart. */
export type LogLine = Readonly<Record<string, unknown>> & { readonly level?: string; readonly message?: string };

export interface LogWatch {
  readonly text: () => string;
  /** Structured ones. */
  readonly lines: () => readonly LogLine[];
  /** All, or those on one stream. */
  readonly reports: (stream?: StreamUnderTest) => readonly ScalingReport[];
}

interface DeployableFleet {
  readonly dryRun?: boolean;
  readonly streams: readonly object[];
}

export class Scenario {
  readonly aws: LocalAws;
  readonly clock: VirtualClock;
  stack: Deployment;
  readonly #streams = new Map<string, StreamUnderTest>();
  readonly #untaken: StreamUnderTest[];
  readonly #logLines: { readonly functionName: string; readonly text: string }[] = [];

  /** Deploys, and lets the reconciler of the deployment come to its end. @param options `restingLoad` in shards. */
  static async start(
    deployment: DeployableFleet = fleet,
    { restingLoad = initialShardCount / 2, ...options }: Partial<LocalAwsOptions> & { restingLoad?: number } = {},
  ): Promise<Scenario> {
    const clock = new VirtualClock({ startMs });
    const assembly = assemblyOf(deployment);
    const aws = await startLocalAws({ clock, streams: 'no-records', ...options });
    try {
      for (const topic of [noticeTopic, pagerTopic]) aws.topics.create(topic);
      const streams = deployment.streams.map((stream) => streamOf(stream, aws, clock));
      for (const stream of streams) {
        stream.loadShards = restingLoad;
        if (stream.processor) addProcessor(aws, stream.processor, stream.name);
      }
      const scenario = new Scenario(aws, clock, streams, await deploy(aws, assembly));
      scenario.#pauseSchedule();
      await scenario.pass(10 * secondMs);
      return scenario;
    } catch (error) {
      await aws.stop();
      throw error;
    }
  }

  private constructor(aws: LocalAws, clock: VirtualClock, streams: readonly StreamUnderTest[], stack: Deployment) {
    this.aws = aws;
    this.clock = clock;
    this.stack = stack;
    this.#untaken = [...streams];
    for (const stream of streams) {
      this.#streams.set(stream.name, stream);
      stream.beginTraffic();
    }
    aws.logs.onEvent(({ logGroup, message }) => {
      this.#logLines.push({ functionName: this.#functionOf(logGroup), text: message });
    });
  }

  stop(): Promise<void> {
    return this.aws.stop();
  }

  get scalerName(): string {
    return this.stack.outputs.ScalerFunctionName ?? '';
  }

  get reconcilerName(): string {
    return this.stack.outputs.ReconcilerFunctionName ?? '';
  }

  get alarmTopicArn(): string {
    return this.stack.outputs.AlarmTopicArn ?? '';
  }

  /** A stream that no other test of the file has had. */
  take(kind: StreamKind): StreamUnderTest {
    const index = this.#untaken.findIndex((stream) => stream.kind === kind);
    const [stream] = index < 0 ? [] : this.#untaken.splice(index, 1);
    if (!stream) throw new Error(`the fleet has no more ${kind} streams`);
    return stream;
  }

  /** A stream that somebody makes beside the stack, with traffic and a function that reads it. */
  async create(name: string, tags: Readonly<Record<string, string>>): Promise<StreamUnderTest> {
    const stream = streamOf({ name, consumers: [] }, this.aws, this.clock);
    await this.aws.kinesis.create(name, 'PROVISIONED', initialShardCount, tags);
    if (stream.processor) addProcessor(this.aws, stream.processor, stream.name);
    stream.beginTraffic();
    return stream;
  }

  pass(ms: number): Promise<void> {
    return this.clock.runUntil(this.clock.nowMs() + ms);
  }

  /** Sets the alarm to ALARM, as a breach would, and lets the function answer; retries of Lambda come a minute later. */
  async fire(stream: StreamUnderTest, direction: 'up' | 'down'): Promise<void> {
    await this.leaveMinuteBoundary();
    stream.setAlarmState(direction, 'ALARM');
    await this.pass(5 * secondMs);
  }

  /** CloudWatch evaluates at full minutes, and would at once put back a state that was set by hand. */
  async leaveMinuteBoundary(): Promise<void> {
    const into = this.clock.nowMs() % minuteMs;
    if (into > 30 * secondMs || into < 5 * secondMs) await this.pass(((minuteMs - into) % minuteMs) + 5 * secondMs);
  }

  /** Runs the reconciler to its end, as the schedule or a deployment does. */
  reconcile(cause: 'schedule' | 'deploy' = 'schedule'): Promise<PoolResult> {
    return this.invoke(this.reconcilerName, { cause });
  }

  /** Invokes, and lets time pass as long as the function needs it. */
  async invoke(functionName: string, event: unknown): Promise<PoolResult> {
    let result: PoolResult | undefined;
    const invoked = this.aws.lambda.invoke(functionName, JSON.stringify(event)).then((value) => {
      result = value;
    });
    while (!result) await this.pass(secondMs);
    await invoked;
    return result;
  }

  /** Publishes to the topic of the alarms, and lets the function answer. */
  async publish(...messages: readonly (string | object)[]): Promise<void> {
    for (const message of messages) {
      const text = typeof message === 'string' ? message : JSON.stringify(message);
      this.aws.topics.publish(this.alarmTopicArn, { message: text });
    }
    await this.pass(5 * secondMs);
  }

  /** As update-function-configuration: `undefined` takes a variable away. */
  setVariables(changes: Readonly<Record<string, string | undefined>>): void {
    for (const name of [this.scalerName, this.reconcilerName]) {
      const definition = this.aws.lambda.functions.get(name);
      const entries = Object.entries({ ...definition.variables, ...changes });
      const variables = Object.fromEntries(
        entries.flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
      );
      this.aws.lambda.redefine({ ...definition, variables });
    }
  }

  async redeploy(deployment: DeployableFleet): Promise<void> {
    this.stack = await deploy(this.aws, assemblyOf(deployment));
  }

  /** What functions wrote from now on, call by call. */
  watchCalls(): { readonly calls: () => readonly CallRecord[] } {
    const from = this.aws.calls.log.records.length;
    return { calls: () => this.aws.calls.log.records.slice(from).filter(({ caller }) => caller.kind === 'function') };
  }

  /** Lines of both functions from now on. */
  watchLog(): LogWatch {
    const from = this.#logLines.length;
    const texts = () => this.#logLines.slice(from).map(({ text }) => text);
    return {
      text: () => texts().join('\n'),
      lines: () => texts().flatMap((text) => (text.startsWith('{') ? [JSON.parse(text) as LogLine] : [])),
      reports: (stream) =>
        texts()
          .flatMap((text) => readReportLine(text) ?? [])
          .filter(({ streamName }) => !stream || streamName === stream.name),
    };
  }

  /** Invocations of the scaler from now on, by how they ended. */
  watchInvocations(): { readonly outcomes: () => readonly string[]; readonly stop: () => void } {
    const outcomes: string[] = [];
    const stop = this.aws.onInvocation(({ functionName, result }) => {
      if (functionName === this.scalerName) outcomes.push(result.kind);
    });
    return { outcomes: () => outcomes, stop };
  }

  /** A scenario says itself when the reconciler runs. */
  #pauseSchedule(): void {
    this.#deleteSchedules((logicalId) => !logicalId.includes('Look'));
  }

  /** No load check runs any more: somebody has removed the schedule. */
  stopLoadChecks(): void {
    this.#deleteSchedules((logicalId) => logicalId.includes('Look'));
  }

  #deleteSchedules(matches: (logicalId: string) => boolean): void {
    for (const [logicalId, { type, physical }] of this.stack.resources) {
      if (type === 'AWS::Scheduler::Schedule' && matches(logicalId)) this.aws.schedules.delete(physical.id);
    }
  }

  #functionOf(logGroup: string): string {
    const { ScalerLogGroupName } = this.stack.outputs;
    return logGroup === ScalerLogGroupName ? this.scalerName : this.reconcilerName;
  }
}

function streamOf(stream: object, aws: LocalAws, clock: VirtualClock): StreamUnderTest {
  const name = 'name' in stream ? String(stream.name) : '';
  const isServed = 'consumers' in stream;
  return new StreamUnderTest({ name, aws, clock, ...(isServed && { processor: processorOf(name) }) });
}

/** What the user's account has before: a function that reads the stream. It never runs here. */
function addProcessor(aws: LocalAws, name: string, streamName: string): void {
  const definition = functionWithoutCode(aws.account, name, aws.clock.nowMs());
  aws.lambda.functions.set({ ...definition, reservedConcurrency: initialShardCount * lambdasPerShard });
  const { region, accountId } = aws.account;
  aws.lambda.eventSources.add({
    functionArn: definition.arn,
    eventSourceArn: `arn:aws:kinesis:${region}:${accountId}:stream/${streamName}`,
    parallelizationFactor: lambdasPerShard,
    enabled: true,
    lastModifiedMs: aws.clock.nowMs(),
    polling: {},
  });
}
