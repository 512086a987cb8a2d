/**
 * A year of minutes through the CloudWatch model: one stream, its two alarms as a deployment defines them (5 of 5 and 57 of 60
 * periods of 5 minutes, metric math over two and three metrics), evaluated every minute. Prints one JSON line.
 *
 * Metrics arrive one minute late and whole. If the newest minute were missing instead, every 5-minute sum would hold four
 * minutes, and the alarm could never see more than 80 %.
 */
import { alarmNameOf, defineAlarm } from '../core/alarm/alarm-definition.ts';
import { readStreamSettings } from '../core/settings/read-stream-settings.ts';
import { CloudWatchModel } from '../simulator/models/cloudwatch/cloudwatch-model.ts';
import { toPutMetricAlarm } from '../simulator/put-metric-alarm.ts';

const MINUTES = 525_600;
const START_MINUTE = 29_000_000;
const SHARDS = 4;
const RECORD_BYTES = 1024;

const settings = readStreamSettings({});
if (!settings.ok) throw new Error(JSON.stringify(settings.faults));
const nowMs = { value: START_MINUTE * 60_000 };
const cloudwatch = new CloudWatchModel({
  clock: { nowMs: () => nowMs.value },
  accountId: '123456789012',
  region: 'eu-west-1',
});
for (const direction of ['up', 'down'] as const) {
  const definition = defineAlarm(direction, { streamName: 'orders', shardCount: SHARDS, settings: settings.value });
  const topicArn = 'arn:aws:sns:eu-west-1:123456789012:scaling';
  cloudwatch.putMetricAlarm(toPutMetricAlarm(alarmNameOf('orders', direction), definition, topicArn));
}
const series = ['IncomingRecords', 'IncomingBytes', 'GetRecords.IteratorAgeMilliseconds'].map((metricName) =>
  cloudwatch.metrics.series({
    namespace: 'AWS/Kinesis',
    metricName,
    dimensions: [{ name: 'StreamName', value: 'orders' }],
  }),
);

let stateChanges = 0;
let evaluationMs = 0;
let late = recordsIn(START_MINUTE - 1);
const cpuBefore = process.cpuUsage();
for (let minute = START_MINUTE; minute < START_MINUTE + MINUTES; minute += 1) {
  nowMs.value = (minute + 1) * 60_000;
  const arrived = [late, late * RECORD_BYTES, 500];
  late = recordsIn(minute);
  for (const [index, metric] of series.entries()) {
    cloudwatch.metrics.putValue(metric, minute, arrived[index] ?? 0, nowMs.value);
  }
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

/** A daily wave that crosses both thresholds, so that alarms change state. */
function recordsIn(minute: number): number {
  return 120_000 * (1 + Math.sin((minute / 1440) * 2 * Math.PI));
}
