import type {
  DeleteAlarmsInput,
  DeleteDashboardsInput,
  DescribeAlarmHistoryInput,
  DescribeAlarmHistoryOutput,
  DescribeAlarmsForMetricInput,
  DescribeAlarmsForMetricOutput,
  DescribeAlarmsInput,
  DescribeAlarmsOutput,
  DisableAlarmActionsInput,
  EnableAlarmActionsInput,
  GetDashboardInput,
  GetDashboardOutput,
  GetMetricDataInput,
  GetMetricDataOutput,
  GetMetricStatisticsInput,
  GetMetricStatisticsOutput,
  ListDashboardsInput,
  ListDashboardsOutput,
  ListMetricsInput,
  ListMetricsOutput,
  ListTagsForResourceInput,
  ListTagsForResourceOutput,
  PutDashboardInput,
  PutDashboardOutput,
  PutMetricAlarmInput,
  PutMetricDataInput,
  SetAlarmStateInput,
  TagResourceInput,
  UntagResourceInput,
} from '@aws-sdk/client-cloudwatch';
import { minuteMs } from '../../../core/time.ts';
import type { Clock, Scheduler } from '../clock.ts';
import type { AlarmModel } from './alarm/alarm-model.ts';
import type { AlarmNotification } from './alarm/alarm-notification.ts';
import type { StateChange } from './alarm/alarm-reason.ts';
import { AlarmService } from './alarm/alarm-service.ts';
import { CLOUDWATCH_FACTS, type CloudWatchFacts } from './cloudwatch-facts.ts';
import { DashboardService } from './dashboard-service.ts';
import { MetricService } from './metric/metric-service.ts';
import { MetricStore } from './metric/metric-store.ts';
import { TagService } from './tag-service.ts';

export interface CloudWatchModelOptions {
  readonly clock: Clock;
  readonly accountId: string;
  readonly region: string;
  readonly facts?: Partial<CloudWatchFacts>;
  /** Default: a store without delivery delay. */
  readonly metrics?: MetricStore;
  /** Called for every action of an alarm that changes its state, inside the call or evaluation that changed it. */
  readonly notify?: (notification: AlarmNotification) => void;
}

export type LiveAlarm = Pick<AlarmModel, 'arn' | 'state' | 'configuredAtMs' | 'transitionedAtMs'>;

/**
 * CloudWatch of one account and region, as far as an autoscaler meets it: one method a call, with the SDK's own
 * input and output, and `evaluateAlarms` for what the service does by itself every minute.
 *
 * A call that AWS would refuse throws AwsServiceError with the SDK's error name (`ResourceNotFound`,
 * `ValidationException`, `LimitExceededFault`, ...). Throttling, access and latency are not modelled here: the caller
 * puts them in front.
 */
export class CloudWatchModel {
  /** Where the other models put their metrics, `AWS/` namespaces included. */
  readonly metrics: MetricStore;
  readonly #alarms: AlarmService;
  readonly #metricCalls: MetricService;
  readonly #dashboards: DashboardService;
  readonly #tags: TagService;

  constructor(options: CloudWatchModelOptions) {
    const { clock, accountId, region } = options;
    const facts = { ...CLOUDWATCH_FACTS, ...options.facts };
    this.metrics = options.metrics ?? new MetricStore();
    this.#tags = new TagService(facts);
    this.#metricCalls = new MetricService(clock, facts, this.metrics);
    this.#dashboards = new DashboardService(clock, accountId);
    this.#alarms = new AlarmService({
      clock,
      account: { accountId, region },
      facts,
      metrics: this.metrics,
      tags: this.#tags,
      notify: options.notify ?? (() => {}),
    });
  }

  /** Judges every alarm by the datapoints visible now. CloudWatch does so once a minute. */
  evaluateAlarms(): StateChange[] {
    return this.#alarms.evaluate();
  }

  putMetricAlarm(input: PutMetricAlarmInput): void {
    this.#alarms.put(input);
  }

  /** The state of one alarm as DescribeAlarms shows it, for callers in this process that read it every few minutes. */
  alarmState(alarmName: string): LiveAlarm | undefined {
    return this.#alarms.alarm(alarmName);
  }

  describeAlarms(input: DescribeAlarmsInput = {}): DescribeAlarmsOutput {
    return this.#alarms.describe(input);
  }

  describeAlarmsForMetric(input: DescribeAlarmsForMetricInput): DescribeAlarmsForMetricOutput {
    return this.#alarms.describeForMetric(input);
  }

  describeAlarmHistory(input: DescribeAlarmHistoryInput = {}): DescribeAlarmHistoryOutput {
    return this.#alarms.describeHistory(input);
  }

  setAlarmState(input: SetAlarmStateInput): void {
    this.#alarms.setState(input);
  }

  deleteAlarms(input: DeleteAlarmsInput): void {
    this.#alarms.delete(input);
  }

  enableAlarmActions(input: EnableAlarmActionsInput): void {
    this.#alarms.enableActions(input.AlarmNames, true);
  }

  disableAlarmActions(input: DisableAlarmActionsInput): void {
    this.#alarms.enableActions(input.AlarmNames, false);
  }

  listTagsForResource(input: ListTagsForResourceInput): ListTagsForResourceOutput {
    return this.#tags.list(input);
  }

  tagResource(input: TagResourceInput): void {
    this.#tags.tag(input);
  }

  untagResource(input: UntagResourceInput): void {
    this.#tags.untag(input);
  }

  putMetricData(input: PutMetricDataInput): void {
    this.#metricCalls.put(input);
  }

  getMetricData(input: GetMetricDataInput): GetMetricDataOutput {
    return this.#metricCalls.getData(input);
  }

  getMetricStatistics(input: GetMetricStatisticsInput): GetMetricStatisticsOutput {
    return this.#metricCalls.getStatistics(input);
  }

  listMetrics(input: ListMetricsInput = {}): ListMetricsOutput {
    return this.#metricCalls.list(input);
  }

  putDashboard(input: PutDashboardInput): PutDashboardOutput {
    return this.#dashboards.put(input);
  }

  getDashboard(input: GetDashboardInput): GetDashboardOutput {
    return this.#dashboards.get(input);
  }

  listDashboards(input: ListDashboardsInput = {}): ListDashboardsOutput {
    return this.#dashboards.list(input);
  }

  deleteDashboards(input: DeleteDashboardsInput): void {
    this.#dashboards.delete(input);
  }
}

/**
 * Evaluates the alarms at every full minute of the clock, plus an offset: in AWS it falls anywhere in the minute.
 * @returns what stops it
 */
export function evaluateEveryMinute(model: CloudWatchModel, scheduler: Scheduler, offsetMs = 0): () => void {
  let next = scheduler.schedule(nextTick(scheduler.nowMs(), offsetMs), tick);
  function tick(): void {
    next = scheduler.schedule(nextTick(scheduler.nowMs(), offsetMs), tick);
    model.evaluateAlarms();
  }
  return () => scheduler.cancel(next);
}

function nextTick(nowMs: number, offsetMs: number): number {
  return (Math.floor((nowMs - offsetMs) / minuteMs) + 1) * minuteMs + offsetMs;
}
