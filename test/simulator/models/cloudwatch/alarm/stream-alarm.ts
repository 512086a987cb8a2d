/** The two alarms of a stream as a deployment defines them, and a CloudWatch to put them into. */
import type { MetricDataQuery, PutMetricAlarmInput } from '@aws-sdk/client-cloudwatch';
import type { AlarmNotification } from '../../../../../simulator/models/cloudwatch/alarm/alarm-notification.ts';
import type { CloudWatchFacts } from '../../../../../simulator/models/cloudwatch/cloudwatch-facts.ts';
import { CloudWatchModel } from '../../../../../simulator/models/cloudwatch/cloudwatch-model.ts';
import { MetricStore } from '../../../../../simulator/models/cloudwatch/metric/metric-store.ts';

export const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:kinesis-scaling';

export interface AlarmOptions {
  readonly shardCount?: number;
  readonly periodMinutes?: number;
  readonly threshold?: number;
  readonly streamName?: string;
}

export function scaleUpAlarm(options: AlarmOptions = {}): PutMetricAlarmInput {
  const { periodMinutes = 5, streamName = 'orders', shardCount = 4, threshold = 0.75 } = options;
  return {
    AlarmName: `${streamName}-scale-up`,
    ActionsEnabled: true,
    AlarmActions: [TOPIC],
    OKActions: [],
    InsufficientDataActions: [],
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    Threshold: threshold,
    EvaluationPeriods: 5,
    DatapointsToAlarm: 5,
    TreatMissingData: 'ignore',
    Metrics: [
      metric('m1', 'IncomingBytes', streamName, periodMinutes),
      metric('m2', 'IncomingRecords', streamName, periodMinutes),
      expression('e1', 'FILL(m1,0)', 'FillMissingDataPointsWithZeroForIncomingBytes'),
      expression('e2', 'FILL(m2,0)', 'FillMissingDataPointsWithZeroForIncomingRecords'),
      expression('e3', `e1/(1024*1024*60*${periodMinutes}*s1)`, 'IncomingBytesUsageFactor'),
      expression('e4', `e2/(1000*60*${periodMinutes}*s1)`, 'IncomingRecordsUsageFactor'),
      { ...expression('e6', 'MAX([e3,e4])', 'MaxIncomingUsageFactor'), ReturnData: true },
      expression('s1', String(shardCount), 'ShardCount'),
    ],
  };
}

function metric(id: string, metricName: string, streamName: string, periodMinutes: number): MetricDataQuery {
  const Dimensions = [{ Name: 'StreamName', Value: streamName }];
  const Metric = { Namespace: 'AWS/Kinesis', MetricName: metricName, Dimensions };
  return {
    Id: id,
    Label: metricName,
    MetricStat: { Metric, Period: periodMinutes * 60, Stat: 'Sum' },
    ReturnData: false,
  };
}

function expression(id: string, text: string, label: string): MetricDataQuery {
  return { Id: id, Expression: text, Label: label, ReturnData: false };
}

export const START_MS = Date.UTC(2026, 2, 2, 9, 0);

/** A CloudWatch whose time and traffic a test moves by the minute. */
export class CloudWatchBench {
  readonly notifications: AlarmNotification[] = [];
  readonly model: CloudWatchModel;
  nowMs = START_MS;

  constructor(options: { facts?: Partial<CloudWatchFacts>; deliveryDelayMs?: number } = {}) {
    this.model = new CloudWatchModel({
      clock: { nowMs: () => this.nowMs },
      accountId: '123456789012',
      region: 'eu-west-1',
      facts: options.facts ?? {},
      metrics: new MetricStore({ deliveryDelayMs: options.deliveryDelayMs ?? 0 }),
      notify: (notification) => this.notifications.push(notification),
    });
  }

  /** Lets minutes pass, each with that many records a second; undefined for no traffic, hence no datapoint. */
  pass(minutes: number, recordsPerSecond: number | undefined, streamName = 'orders'): void {
    const dimensions = [{ name: 'StreamName', value: streamName }];
    for (let passed = 0; passed < minutes; passed += 1) {
      const minute = this.nowMs / 60_000;
      this.nowMs += 60_000;
      if (recordsPerSecond !== undefined) {
        const series = this.model.metrics.series({
          namespace: 'AWS/Kinesis',
          metricName: 'IncomingRecords',
          dimensions,
        });
        this.model.metrics.putValue(series, minute, recordsPerSecond * 60, this.nowMs);
      }
      this.model.evaluateAlarms();
    }
  }

  state(alarmName = 'orders-scale-up'): string | undefined {
    return this.model.describeAlarms({ AlarmNames: [alarmName] }).MetricAlarms?.[0]?.StateValue;
  }
}
