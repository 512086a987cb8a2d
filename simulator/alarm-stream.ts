/**
 * A modelled stream with its two alarms, and the production core between them. What the deployed functions do with
 * promises and AWS calls happens here at once, through the same `decideFromAlarm`, `planScaling` and `planConvergence`.
 */
import {
  type AlarmDefinition,
  alarmNameOf,
  type Direction,
  defineAlarm,
  readAlarmName,
  readJudgedShardCount,
} from '../core/alarm/alarm-definition.ts';
import { awsFacts } from '../core/aws-facts.ts';
import { decideFromAlarm } from '../core/decision/decide.ts';
import type { FiredAlarm } from '../core/decision/rules.ts';
import { planConvergence } from '../core/plan/convergence.ts';
import type { PutAlarm, ScalingEffect } from '../core/plan/effects.ts';
import { judgeAlarmsInAlarm, unansweredAfterMs } from '../core/plan/rearming.ts';
import { planScaling } from '../core/plan/scaling-plan.ts';
import type { StreamSettings } from '../core/settings/stream-settings.ts';
import type { StreamFacts } from '../core/stream/stream-facts.ts';
import { type AlarmState, type AlarmUserParts, completeState, type StreamState } from '../core/stream/stream-state.ts';
import { minuteMs } from '../core/time.ts';
import { AwsServiceError } from './models/aws-service-error.ts';
import { CloudWatchModel } from './models/cloudwatch/cloudwatch-model.ts';
import { MetricStore } from './models/cloudwatch/metric/metric-store.ts';
import type { KinesisFacts } from './models/kinesis-facts.ts';
import { KinesisAccount, type KinesisStreamModel } from './models/kinesis-model.ts';
import { toPutMetricAlarm } from './put-metric-alarm.ts';

export interface AlarmStreamOptions {
  readonly settings: StreamSettings;
  readonly openShardCount: number;
  readonly startMs: number;
  readonly facts: Partial<KinesisFacts>;
  /** How often the reconciler runs. */
  readonly reconcileMinutes: number;
}

const accountId = '111122223333';
const region = 'us-east-1';
const streamName = 'simulated';
const topicArn = `arn:aws:sns:${region}:${accountId}:scaling`;
/** The longest window that an alarm can have. */
const longestWindowMinutes = awsFacts.alarmWindow.value / 60;
const userParts: AlarmUserParts = {
  description: undefined,
  actionsEnabled: true,
  alarmActions: [topicArn],
  okActions: [],
  insufficientDataActions: [],
  treatMissingData: 'ignore',
};

export class AlarmStream {
  readonly stream: KinesisStreamModel;
  readonly refusals: { readonly atMs: number; readonly error: string }[] = [];
  readonly #settings: StreamSettings;
  readonly #reconcileEveryMs: number;
  readonly #cloudwatch: CloudWatchModel;
  readonly #definitions = new Map<string, AlarmDefinition>();
  readonly #tags = new Map<string, Readonly<Record<string, string>>>();
  readonly #fired: FiredAlarm[] = [];
  readonly #putIncoming: (minute: number, records: number, bytes: number) => void;
  #nowMs: number;
  #hasAlarmInAlarm = false;

  constructor(options: AlarmStreamOptions) {
    const { settings, openShardCount, startMs, reconcileMinutes } = options;
    this.#settings = settings;
    this.#reconcileEveryMs = reconcileMinutes * minuteMs;
    this.#nowMs = startMs;
    const account = new KinesisAccount({ accountId, region, facts: options.facts });
    this.stream = account.createStream({ streamName, openShardCount, nowMs: startMs });
    const metrics = new MetricStore({ retentionMinutes: 2 * longestWindowMinutes });
    this.#cloudwatch = new CloudWatchModel({
      clock: { nowMs: () => this.#nowMs },
      accountId,
      region,
      metrics,
      notify: ({ alarmName, atMs }) => this.#fired.push(this.#fire(alarmName, atMs)),
    });
    const [bytesSeries, recordsSeries] = ['IncomingBytes', 'IncomingRecords'].map((metricName) =>
      metrics.series({ namespace: 'AWS/Kinesis', metricName, dimensions: [{ name: 'StreamName', value: streamName }] }),
    );
    if (bytesSeries === undefined || recordsSeries === undefined) throw new Error('the store makes every series');
    this.#putIncoming = (minute, records, bytes) => {
      metrics.putValue(bytesSeries, minute, bytes, this.#nowMs);
      metrics.putValue(recordsSeries, minute, records, this.#nowMs);
    };
    for (const direction of ['up', 'down'] as const) {
      const definition = defineAlarm(direction, { streamName, shardCount: openShardCount, settings });
      this.#put({ alarmName: alarmNameOf(streamName, direction), definition, userParts });
    }
  }

  /** Counts the minute's traffic (whole minutes since the epoch) as CloudWatch does, and evaluates the alarms at its end. */
  endMinute(minute: number, records: number, bytes: number): void {
    this.#nowMs = (minute + 1) * minuteMs;
    this.#putIncoming(minute, records, bytes);
    this.judge();
  }

  /** Runs one evaluation by CloudWatch, the deliveries that it causes, and the reconciler when it is due. */
  judge(): void {
    const changes = this.#cloudwatch.evaluateAlarms();
    for (const { to } of changes) if (to === 'ALARM') this.#hasAlarmInAlarm = true;
    for (let fired = this.#fired.shift(); fired !== undefined; fired = this.#fired.shift()) this.#answer(fired);
    if (this.#hasAlarmInAlarm && this.#nowMs % this.#reconcileEveryMs === 0) this.#reconcile();
  }

  /** Counts traffic of a minute before the first: the alarms look back on it. */
  recall(minute: number, records: number, bytes: number): void {
    this.#putIncoming(minute, records, bytes);
  }

  /** What the deployed function reads from the notification. */
  #fire(alarmName: string, atMs: number): FiredAlarm {
    const name = readAlarmName(alarmName);
    const definition = this.#definitions.get(alarmName);
    if (name === undefined || definition === undefined) throw new Error(`no alarm ${alarmName} was put`);
    const judgedShardCount = readJudgedShardCount(definition.metrics);
    return { alarmName, direction: name.direction, stateChangedAtMs: atMs, judgedShardCount };
  }

  #answer(alarm: FiredAlarm): void {
    const facts = this.#readFacts();
    const decision = decideFromAlarm(alarm, facts);
    if (decision.kind === 'hold') {
      for (const lane of planConvergence(facts).alarmLanes) this.#runEffects(lane);
      return;
    }
    const plan = planScaling(decision, facts);
    try {
      for (const step of plan.steps) for (const lane of step) this.#runEffects(lane);
    } catch (error) {
      if (!(error instanceof AwsServiceError)) throw error;
      this.refusals.push({ atMs: this.#nowMs, error: error.name });
      this.stream.tags.add(plan.takeBack, this.#nowMs);
    }
  }

  /** What the reconciler does about alarms in ALARM; everything else here is converged by construction. */
  #reconcile(): void {
    const inAlarm = judgeAlarmsInAlarm(this.#readFacts(), unansweredAfterMs);
    for (const { rearm } of inAlarm) if (rearm !== undefined) this.#runEffects([rearm]);
    this.#hasAlarmInAlarm = inAlarm.length > 0;
  }

  #readFacts(): StreamFacts {
    return { state: this.#read(), settings: this.#settings, nowMs: this.#nowMs };
  }

  #read(): StreamState {
    const nowMs = this.#nowMs;
    const alarmState = (direction: Direction): AlarmState | undefined => {
      const alarmName = alarmNameOf(streamName, direction);
      const live = this.#cloudwatch.alarmState(alarmName);
      const definition = this.#definitions.get(alarmName);
      if (live === undefined || definition === undefined) return undefined;
      return {
        alarmName,
        alarmArn: live.arn,
        state: live.state,
        stateTransitionedAtMs: live.transitionedAtMs,
        configuredAtMs: live.configuredAtMs,
        definition,
        userParts,
        tags: this.#tags.get(alarmName) ?? {},
      };
    };
    return completeState(
      {
        streamName,
        status: this.stream.statusAt(nowMs),
        mode: 'PROVISIONED',
        openShardCount: this.stream.openShardCountAt(nowMs),
        tags: Object.fromEntries(this.stream.tags.list().map(({ Key, Value }) => [Key, Value])),
        alarms: { up: alarmState('up'), down: alarmState('down') },
        consumers: [],
        iteratorAge: { seen: false },
      },
      nowMs,
    );
  }

  #runEffects(lane: readonly ScalingEffect[]): void {
    for (const effect of lane) {
      switch (effect.kind) {
        case 'tag-stream':
          this.stream.tags.add(effect.tags, this.#nowMs);
          break;
        case 'update-shard-count':
          this.stream.updateShardCount(effect.to, this.#nowMs);
          break;
        case 'put-alarm':
          this.#put(effect);
          break;
        case 'rearm-alarm':
          this.#cloudwatch.setAlarmState({
            AlarmName: effect.alarmName,
            StateValue: 'INSUFFICIENT_DATA',
            StateReason: effect.why,
          });
          break;
        case 'tag-alarm':
          this.#tags.set(effect.alarmName, { ...this.#tags.get(effect.alarmName), ...effect.tags });
          break;
        case 'set-concurrency':
          break;
      }
    }
  }

  #put({ alarmName, definition }: Pick<PutAlarm, 'alarmName' | 'definition' | 'userParts'>): void {
    this.#definitions.set(alarmName, definition);
    this.#cloudwatch.putMetricAlarm(toPutMetricAlarm(alarmName, definition, topicArn));
  }
}
