/**
 * A year of minutes through the CloudWatch model: one stream, the two alarms of a deployment (5 of 5 and 57 of 60
 * periods of 5 minutes, metric math over two and three metrics), evaluated every minute. Prints one JSON line.
 */
import type { MetricDataQuery, PutMetricAlarmInput } from '@aws-sdk/client-cloudwatch';
import { CloudWatchModel } from '../simulator/models/cloudwatch/cloudwatch-model.ts';
import { MetricStore } from '../simulator/models/cloudwatch/metric-store.ts';

const MINUTES = 525_600;
const START_MINUTE = 29_000_000;

const nowMs = { value: START_MINUTE * 60_000 };
const metrics = new MetricStore({ deliveryDelayMs: 60_000 });
const cloudwatch = new CloudWatchModel({
  clock: { nowMs: () => nowMs.value },
  accountId: '123456789012',
  region: 'eu-west-1',
  metrics,
});
cloudwatch.putMetricAlarm(alarm('up'));
cloudwatch.putMetricAlarm(alarm('down'));
const series = ['IncomingBytes', 'IncomingRecords', 'GetRecords.IteratorAgeMilliseconds'].map((metricName) =>
  metrics.series({ namespace: 'AWS/Kinesis', metricName, dimensions: [{ name: 'StreamName', value: 'orders' }] }),
);

let stateChanges = 0;
let evaluationMs = 0;
const cpuBefore = process.cpuUsage();
for (let minute = START_MINUTE; minute < START_MINUTE + MINUTES; minute += 1) {
  nowMs.value = (minute + 1) * 60_000;
  // A daily wave that crosses both thresholds, so that alarms change state as they would.
  const records = 120_000 * (1 + Math.sin((minute / 1440) * 2 * Math.PI));
  for (const [index, metric] of series.entries())
    metrics.putValue(metric, minute, index === 2 ? 500 : records * (index === 0 ? 1024 : 1), nowMs.value);
  const evaluatedFrom = performance.now();
  stateChanges += cloudwatch.evaluateAlarms().length;
  evaluationMs += performance.now() - evaluatedFrom;
}
const cpu = process.cpuUsage(cpuBefore);

console.log(
  JSON.stringify({
    bench: 'alarm-evaluation',
    minutes: MINUTES,
    alarms: 2,
    stateChanges,
    evaluationMs: Math.round(evaluationMs),
    nanosecondsPerEvaluation: Math.round((evaluationMs * 1e6) / MINUTES / 2),
    cpuWithPuttingTheMetricsMs: Math.round((cpu.user + cpu.system) / 1000),
  }),
);

function alarm(direction: 'up' | 'down'): PutMetricAlarmInput {
  const down = direction === 'down';
  return {
    AlarmName: `orders-scale-${direction}`,
    ComparisonOperator: down ? 'LessThanThreshold' : 'GreaterThanOrEqualToThreshold',
    Threshold: down ? 0.25 : 0.75,
    EvaluationPeriods: down ? 60 : 5,
    DatapointsToAlarm: down ? 57 : 5,
    TreatMissingData: 'ignore',
    Metrics: [
      metric('m1', 'IncomingBytes', 'Sum'),
      metric('m2', 'IncomingRecords', 'Sum'),
      ...(down ? [metric('m3', 'GetRecords.IteratorAgeMilliseconds', 'Maximum')] : []),
      expression('e1', 'FILL(m1,0)'),
      expression('e2', 'FILL(m2,0)'),
      expression('e3', 'e1/(1024*1024*60*5*s1)'),
      expression('e4', 'e2/(1000*60*5*s1)'),
      ...(down ? [expression('e5', '(FILL(m3,0)/1000/60)*(0.25/s2)'), expression('s2', '30')] : []),
      { ...expression('e6', down ? 'MAX([e3,e4,e5])' : 'MAX([e3,e4])'), ReturnData: true },
      expression('s1', '4'),
    ],
  };
}

function metric(id: string, metricName: string, stat: string): MetricDataQuery {
  const Dimensions = [{ Name: 'StreamName', Value: 'orders' }];
  const Metric = { Namespace: 'AWS/Kinesis', MetricName: metricName, Dimensions };
  return { Id: id, MetricStat: { Metric, Period: 300, Stat: stat }, ReturnData: false };
}

function expression(id: string, text: string): MetricDataQuery {
  return { Id: id, Expression: text, ReturnData: false };
}
