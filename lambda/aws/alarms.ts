/** CloudWatch, as the product uses it, and the way between its shapes and ours. */
import {
  type CloudWatchClient,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  ListTagsForResourceCommand,
  type MetricAlarm,
  type MetricDataQuery,
  PutMetricAlarmCommand,
  type PutMetricAlarmCommandInput,
  paginateDescribeAlarms,
  SetAlarmStateCommand,
  TagResourceCommand,
} from '@aws-sdk/client-cloudwatch';
import {
  type AlarmDefinition,
  type AlarmMetric,
  kinesisNamespace,
  streamDimension,
} from '../../core/alarm/alarm-definition.ts';
import { ownNamespace, scaleDownHurtsMetric } from '../../core/own-metrics.ts';
import type { AlarmUserParts, IteratorAge } from '../../core/stream/stream-state.ts';
import type { AlarmPort, UntaggedAlarm } from '../ports.ts';
import { call } from './calls.ts';
import { completeResults } from './metric-data.ts';

const dayMs = 86_400_000;
/** A day of these fits into one page of GetMetricData. */
const iteratorAgePeriodSeconds = 300;

export function cloudWatchAlarms(client: CloudWatchClient): AlarmPort {
  return {
    describe: (alarmNames) =>
      call('cloudwatch:DescribeAlarms', async () => {
        const { MetricAlarms = [] } = await client.send(
          new DescribeAlarmsCommand({ AlarmNames: [...alarmNames], AlarmTypes: ['MetricAlarm'], MaxRecords: 100 }),
        );
        return new Map(
          MetricAlarms.flatMap((alarm) => (alarm.AlarmName === undefined ? [] : [[alarm.AlarmName, readAlarm(alarm)]])),
        );
      }),
    inAlarm: (topicArn) => call('cloudwatch:DescribeAlarms', () => listInAlarm(client, topicArn)),
    listTags: async (alarmArn) => {
      const answer = await call('cloudwatch:ListTagsForResource', async () => {
        const { Tags = [] } = await client.send(new ListTagsForResourceCommand({ ResourceARN: alarmArn }));
        return Object.fromEntries(Tags.map(({ Key, Value }) => [Key ?? '', Value ?? '']));
      });
      if (!answer.ok && answer.failure.kind === 'gone') return { ok: true, value: {} };
      return answer;
    },
    put: (alarmName, definition, userParts) =>
      call('cloudwatch:PutMetricAlarm', async () => {
        await client.send(new PutMetricAlarmCommand(toInput(alarmName, definition, userParts)));
      }),
    create: (alarmName, definition, userParts, tags) =>
      call('cloudwatch:PutMetricAlarm', async () => {
        const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
        await client.send(new PutMetricAlarmCommand({ ...toInput(alarmName, definition, userParts), Tags }));
      }),
    rearm: (alarmName, why) =>
      call('cloudwatch:SetAlarmState', async () => {
        await client.send(
          new SetAlarmStateCommand({
            AlarmName: alarmName,
            StateValue: 'INSUFFICIENT_DATA',
            StateReason: `kinesis-autoscaler: ${why}`,
          }),
        );
      }),
    tag: (alarmArn, tags) =>
      call('cloudwatch:TagResource', async () => {
        const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
        await client.send(new TagResourceCommand({ ResourceARN: alarmArn, Tags }));
      }),
    iteratorAge: (streamName, nowMs) =>
      call('cloudwatch:GetMetricData', () => readIteratorAge(client, streamName, nowMs)),
  };
}

async function listInAlarm(client: CloudWatchClient, topicArn: string): Promise<readonly UntaggedAlarm[]> {
  const inAlarm: MetricAlarm[] = [];
  const pages = paginateDescribeAlarms(
    { client, pageSize: 100 },
    { AlarmTypes: ['MetricAlarm'], StateValue: 'ALARM', ActionPrefix: topicArn },
  );
  for await (const { MetricAlarms = [] } of pages) inAlarm.push(...MetricAlarms);
  // The filter takes a prefix, of any of the three lists of actions.
  return inAlarm.map(readAlarm).filter(({ userParts }) => userParts.alarmActions.includes(topicArn));
}

/** One call for both: how old the newest record read is, and whether the consumer side warns of a scale-down. */
async function readIteratorAge(client: CloudWatchClient, streamName: string, nowMs: number): Promise<IteratorAge> {
  const page = await client.send(
    new GetMetricDataCommand({
      StartTime: new Date(nowMs - dayMs),
      EndTime: new Date(nowMs),
      ScanBy: 'TimestampDescending',
      MetricDataQueries: [
        streamMaximum('age', kinesisNamespace, 'GetRecords.IteratorAgeMilliseconds', streamName),
        streamMaximum('hurts', ownNamespace, scaleDownHurtsMetric, streamName),
      ],
    }),
  );
  const byId = new Map(completeResults(page).map((result) => [result.Id, result]));
  const age = byId.get('age');
  const at = age?.Timestamps?.[0];
  const ageMs = age?.Values?.[0];
  const hurts = byId.get('hurts');
  const warned = (hurts?.Values?.[0] ?? 0) > 0 ? hurts?.Timestamps?.[0] : undefined;
  return {
    ...(at === undefined || ageMs === undefined ? { seen: false } : { seen: true, atMs: at.getTime(), ageMs }),
    ...(warned ? { warnedAtMs: warned.getTime() } : {}),
  };
}

function streamMaximum(Id: string, Namespace: string, MetricName: string, streamName: string): MetricDataQuery {
  const Dimensions = [{ Name: streamDimension, Value: streamName }];
  return {
    Id,
    MetricStat: { Metric: { Namespace, MetricName, Dimensions }, Period: iteratorAgePeriodSeconds, Stat: 'Maximum' },
  };
}

/** Throws when AWS leaves out what it documents as always there. */
export function readAlarm(alarm: MetricAlarm): UntaggedAlarm {
  const { AlarmName, AlarmArn, StateValue, StateTransitionedTimestamp, AlarmConfigurationUpdatedTimestamp } = alarm;
  const transitioned = StateTransitionedTimestamp ?? alarm.StateUpdatedTimestamp;
  if (!AlarmName || !AlarmArn || !StateValue || !transitioned || !AlarmConfigurationUpdatedTimestamp) {
    throw new TypeError(`DescribeAlarms left out a field of ${AlarmName ?? 'an alarm'}`);
  }
  return {
    alarmName: AlarmName,
    alarmArn: AlarmArn,
    state: StateValue === 'ALARM' || StateValue === 'OK' ? StateValue : 'INSUFFICIENT_DATA',
    stateTransitionedAtMs: transitioned.getTime(),
    configuredAtMs: AlarmConfigurationUpdatedTimestamp.getTime(),
    definition: readDefinition(alarm),
    userParts: {
      description: alarm.AlarmDescription,
      actionsEnabled: alarm.ActionsEnabled ?? true,
      alarmActions: alarm.AlarmActions ?? [],
      okActions: alarm.OKActions ?? [],
      insufficientDataActions: alarm.InsufficientDataActions ?? [],
      treatMissingData: alarm.TreatMissingData,
    },
  };
}

function readDefinition(alarm: MetricAlarm): AlarmDefinition {
  const evaluationPeriods = alarm.EvaluationPeriods ?? 1;
  return {
    // Compared with what we would write, never acted on: another operator is a difference like any other.
    comparisonOperator: alarm.ComparisonOperator as AlarmDefinition['comparisonOperator'],
    threshold: alarm.Threshold ?? Number.NaN,
    evaluationPeriods,
    datapointsToAlarm: alarm.DatapointsToAlarm ?? evaluationPeriods,
    metrics: (alarm.Metrics ?? []).map(readMetric),
  };
}

function readMetric(query: MetricDataQuery): AlarmMetric {
  const common = { id: query.Id ?? '', label: query.Label ?? '', returnData: query.ReturnData ?? true };
  const stat = query.MetricStat;
  if (!stat) return { ...common, expression: query.Expression ?? '' };
  return {
    ...common,
    namespace: stat.Metric?.Namespace ?? '',
    metricName: stat.Metric?.MetricName ?? '',
    dimensions: Object.fromEntries((stat.Metric?.Dimensions ?? []).map(({ Name, Value }) => [Name ?? '', Value ?? ''])),
    stat: stat.Stat ?? '',
    periodSeconds: stat.Period ?? 0,
  };
}

function toQuery(metric: AlarmMetric): MetricDataQuery {
  const common = { Id: metric.id, Label: metric.label, ReturnData: metric.returnData };
  if ('expression' in metric) return { ...common, Expression: metric.expression };
  return {
    ...common,
    MetricStat: {
      Metric: {
        Namespace: metric.namespace,
        MetricName: metric.metricName,
        Dimensions: Object.entries(metric.dimensions).map(([Name, Value]) => ({ Name, Value })),
      },
      Period: metric.periodSeconds,
      Stat: metric.stat,
    },
  };
}

function toInput(
  alarmName: string,
  definition: AlarmDefinition,
  userParts: AlarmUserParts,
): PutMetricAlarmCommandInput {
  return {
    AlarmName: alarmName,
    ComparisonOperator: definition.comparisonOperator,
    Threshold: definition.threshold,
    EvaluationPeriods: definition.evaluationPeriods,
    DatapointsToAlarm: definition.datapointsToAlarm,
    Metrics: definition.metrics.map(toQuery),
    ...writeUserParts(userParts),
  };
}

function writeUserParts(parts: AlarmUserParts) {
  return {
    ActionsEnabled: parts.actionsEnabled,
    AlarmActions: [...parts.alarmActions],
    OKActions: [...parts.okActions],
    InsufficientDataActions: [...parts.insufficientDataActions],
    ...(parts.description === undefined ? {} : { AlarmDescription: parts.description }),
    ...(parts.treatMissingData === undefined ? {} : { TreatMissingData: parts.treatMissingData }),
  };
}
