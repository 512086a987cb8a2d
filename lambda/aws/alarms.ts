/** CloudWatch's alarms, as the product uses them. */
import {
  type CloudWatchClient,
  DescribeAlarmsCommand,
  ListTagsForResourceCommand,
  type MetricAlarm,
  PutMetricAlarmCommand,
  paginateDescribeAlarms,
  SetAlarmStateCommand,
  TagResourceCommand,
} from '@aws-sdk/client-cloudwatch';
import { awsFacts } from '../../core/aws-facts.ts';
import type { AlarmPort, UntaggedAlarm } from '../ports.ts';
import { readAlarm, toPutInput } from './alarm-shapes.ts';
import { call } from './calls.ts';

const alarmsPerCall = awsFacts.describeAlarmsBatch.value;

export function cloudWatchAlarms(client: CloudWatchClient): AlarmPort {
  return {
    describe: (alarmNames) =>
      call('cloudwatch:DescribeAlarms', async () => {
        const { MetricAlarms = [] } = await client.send(
          new DescribeAlarmsCommand({
            AlarmNames: [...alarmNames],
            AlarmTypes: ['MetricAlarm'],
            MaxRecords: alarmsPerCall,
          }),
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
        await client.send(new PutMetricAlarmCommand(toPutInput(alarmName, definition, userParts)));
      }),
    create: (alarmName, definition, userParts, tags) =>
      call('cloudwatch:PutMetricAlarm', async () => {
        const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
        await client.send(new PutMetricAlarmCommand({ ...toPutInput(alarmName, definition, userParts), Tags }));
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
  };
}

async function listInAlarm(client: CloudWatchClient, topicArn: string): Promise<readonly UntaggedAlarm[]> {
  const inAlarm: MetricAlarm[] = [];
  const pages = paginateDescribeAlarms(
    { client, pageSize: alarmsPerCall },
    { AlarmTypes: ['MetricAlarm'], StateValue: 'ALARM', ActionPrefix: topicArn },
  );
  for await (const { MetricAlarms = [] } of pages) inAlarm.push(...MetricAlarms);
  // The filter takes a prefix, of any of the three lists of actions.
  return inAlarm.map(readAlarm).filter(({ userParts }) => userParts.alarmActions.includes(topicArn));
}
