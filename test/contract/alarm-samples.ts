/** Alarms of the product's own definition, as the SDK's input. */
import {
  DescribeAlarmsCommand,
  type MetricAlarm,
  PutMetricAlarmCommand,
  type PutMetricAlarmCommandInput,
} from '@aws-sdk/client-cloudwatch';
import { having } from './contract-case.ts';
import { type Subject, topicArn } from './subject.ts';

/** Scale-up in the shape that the product writes, with a minute's period and one datapoint, so that it answers soon. */
export function alarmInput(
  AlarmName: string,
  given: Partial<PutMetricAlarmCommandInput> = {},
): PutMetricAlarmCommandInput {
  return {
    AlarmName,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    Threshold: 0.75,
    EvaluationPeriods: 1,
    DatapointsToAlarm: 1,
    TreatMissingData: 'ignore',
    AlarmActions: [topicArn],
    Metrics: [
      {
        Id: 'm2',
        Label: 'IncomingRecords',
        ReturnData: false,
        MetricStat: {
          Metric: {
            Namespace: 'AWS/Kinesis',
            MetricName: 'IncomingRecords',
            Dimensions: [{ Name: 'StreamName', Value: AlarmName }],
          },
          Period: 60,
          Stat: 'Sum',
        },
      },
      { Id: 'e6', Label: 'MaxIncomingUsageFactor', Expression: 'm2/(1000*60*s1)', ReturnData: true },
      { Id: 's1', Label: 'ShardCount', Expression: '4', ReturnData: false },
    ],
    ...given,
  };
}

export async function putAlarm(subject: Subject, input: PutMetricAlarmCommandInput): Promise<void> {
  await having(subject.cloudwatch).send(new PutMetricAlarmCommand(input));
}

export async function findAlarm(subject: Subject, alarmName: string): Promise<MetricAlarm | undefined> {
  const { MetricAlarms = [] } = await having(subject.cloudwatch).send(
    new DescribeAlarmsCommand({ AlarmNames: [alarmName], AlarmTypes: ['MetricAlarm'] }),
  );
  return MetricAlarms[0];
}

export async function alarmOf(subject: Subject, alarmName: string): Promise<MetricAlarm> {
  return having(await findAlarm(subject, alarmName));
}

/** Plays minutes of so many records each, as Kinesis reports them, and lets CloudWatch judge each minute. */
export async function playRecords(subject: Subject, streamName: string, perMinute: readonly number[]): Promise<void> {
  const { nowMs, pass } = having(subject.time);
  for (const records of perMinute) {
    having(subject.watching).put(streamName, 'IncomingRecords', Math.floor(nowMs() / 60_000), records);
    await pass(60_000);
  }
}
