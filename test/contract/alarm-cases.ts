/** CloudWatch alarms: what AWS-documented behaviour the product stands on. */
import {
  DescribeAlarmsCommand,
  ListTagsForResourceCommand,
  SetAlarmStateCommand,
  type StateValue,
  TagResourceCommand,
} from '@aws-sdk/client-cloudwatch';
import { expect } from 'vitest';
import { awsFacts } from '../../core/aws-facts.ts';
import { alarmInput, alarmOf, findAlarm, playRecords, putAlarm } from './alarm-samples.ts';
import { type ContractCase, having } from './contract-case.ts';
import { refusalOf, type Subject, topicArn } from './subject.ts';

/** More than four shards take in a minute, by the product's threshold. */
const tooMany = 200_000;

export const alarmCases: readonly ContractCase[] = [
  {
    says: 'PutMetricAlarm on an existing name replaces the whole definition and keeps the state',
    facts: [],
    needs: ['cloudwatch'],
    check: async (subject, name) => {
      await putAlarm(subject, alarmInput(name, { AlarmDescription: 'pages the team', OKActions: [topicArn] }));
      await setState(subject, name, 'ALARM');
      await putAlarm(subject, alarmInput(name, { Threshold: 0.5 }));
      const alarm = await alarmOf(subject, name);
      expect(alarm).toMatchObject({ StateValue: 'ALARM', Threshold: 0.5, OKActions: [] });
      expect(alarm.AlarmDescription ?? '').toBe('');
    },
  },
  {
    says: 'PutMetricAlarm on a name that no alarm has creates one',
    facts: [],
    needs: ['cloudwatch'],
    check: async (subject, name) => {
      expect(await findAlarm(subject, name)).toBeUndefined();
      await putAlarm(subject, alarmInput(name));
      expect(await alarmOf(subject, name)).toMatchObject({ StateValue: 'INSUFFICIENT_DATA' });
    },
  },
  {
    says: 'PutMetricAlarm sets tags on creation only',
    facts: [],
    needs: ['cloudwatch'],
    check: async (subject, name) => {
      await putAlarm(subject, alarmInput(name, { Tags: [{ Key: 'owner', Value: 'first' }] }));
      await putAlarm(subject, alarmInput(name, { Tags: [{ Key: 'owner', Value: 'second' }] }));
      expect(await tagsOf(subject, name)).toEqual({ owner: 'first' });
    },
  },
  {
    says: 'DescribeAlarms gives back the metrics, with their labels and which one is returned',
    facts: [],
    needs: ['cloudwatch'],
    check: async (subject, name) => {
      const input = alarmInput(name);
      await putAlarm(subject, input);
      const { Metrics = [], TreatMissingData, DatapointsToAlarm } = await alarmOf(subject, name);
      expect({ Metrics, TreatMissingData, DatapointsToAlarm }).toMatchObject({
        Metrics: input.Metrics,
        TreatMissingData: 'ignore',
        DatapointsToAlarm: 1,
      });
    },
  },
  {
    says: 'DescribeAlarms shows when the state and when the definition last changed',
    facts: [],
    needs: ['cloudwatch', 'time'],
    check: async (subject, name) => {
      const { nowMs, pass } = having(subject.time);
      const createdMs = nowMs();
      await putAlarm(subject, alarmInput(name));
      await pass(90_000);
      const changedMs = nowMs();
      await setState(subject, name, 'ALARM');
      const alarm = await alarmOf(subject, name);
      expect(alarm.StateTransitionedTimestamp?.getTime()).toBe(changedMs);
      expect(alarm.AlarmConfigurationUpdatedTimestamp?.getTime()).toBe(createdMs);
      await pass(1_000);
      await putAlarm(subject, alarmInput(name));
      expect((await alarmOf(subject, name)).AlarmConfigurationUpdatedTimestamp?.getTime()).toBe(changedMs + 1_000);
    },
  },
  {
    says: 'DescribeAlarms has StateTransitionedTimestamp and AlarmConfigurationUpdatedTimestamp',
    facts: [],
    needs: ['cloudwatch'],
    check: async (subject, name) => {
      await putAlarm(subject, alarmInput(name));
      const alarm = await alarmOf(subject, name);
      expect(alarm.StateTransitionedTimestamp).toBeInstanceOf(Date);
      expect(alarm.AlarmConfigurationUpdatedTimestamp).toBeInstanceOf(Date);
    },
  },
  {
    says: 'SetAlarmState changes the state at once',
    facts: [],
    needs: ['cloudwatch'],
    check: async (subject, name) => {
      await putAlarm(subject, alarmInput(name));
      await setState(subject, name, 'ALARM');
      expect((await alarmOf(subject, name)).StateValue).toBe('ALARM');
      await setState(subject, name, 'INSUFFICIENT_DATA');
      expect((await alarmOf(subject, name)).StateValue).toBe('INSUFFICIENT_DATA');
    },
  },
  {
    says: 'SetAlarmState of an alarm that does not exist is ResourceNotFound',
    facts: [],
    needs: ['cloudwatch'],
    check: async (subject, name) => {
      expect(await refusalOf(setState(subject, name, 'OK'))).toMatch(/^ResourceNotFound/);
    },
  },
  {
    says: 'an alarm’s tags are its own, and TagResource adds to them',
    facts: [],
    needs: ['cloudwatch'],
    check: async (subject, name) => {
      await putAlarm(subject, alarmInput(name));
      await tag(subject, name, { ScaleAction: 'Up' });
      await tag(subject, name, { LastScaledTimestamp: '2026-03-02T09:15:44.775+0000' });
      expect(await tagsOf(subject, name)).toEqual({
        ScaleAction: 'Up',
        LastScaledTimestamp: '2026-03-02T09:15:44.775+0000',
      });
    },
  },
  {
    says: 'a resource takes 50 tags',
    facts: ['maxTagsPerResource'],
    needs: ['cloudwatch'],
    check: async (subject, name) => {
      await putAlarm(subject, alarmInput(name));
      const tags = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`key-${index}`, 'value']));
      expect(await refusalOf(tag(subject, name, tags))).toBe('accepted');
      expect(await refusalOf(tag(subject, name, { another: 'one' }))).not.toBe('accepted');
    },
  },
  {
    says: 'an alarm looks back a day at most, a week where its period is an hour or more',
    facts: ['alarmWindow', 'maxAlarmWindowSeconds', 'maxLongPeriodAlarmWindowSeconds'],
    needs: ['cloudwatch'],
    check: async (subject, name) => {
      const periods = awsFacts.alarmWindow.value / 60;
      const over = (EvaluationPeriods: number, seconds = 60) => {
        const { Metrics = [] } = alarmInput(name);
        const stretched = Metrics.map((entry) =>
          entry.MetricStat ? { ...entry, MetricStat: { ...entry.MetricStat, Period: seconds } } : entry,
        );
        return refusalOf(putAlarm(subject, alarmInput(name, { EvaluationPeriods, Metrics: stretched })));
      };
      expect(await over(periods)).toBe('accepted');
      expect(await over(periods + 1)).toMatch(/^Validation/);
      expect(await over(7 * 24, 3_600)).toBe('accepted');
      expect(await over(7 * 24 + 1, 3_600)).toMatch(/^Validation/);
    },
  },
  {
    says: 'a metric-math alarm returns exactly one of its metrics',
    facts: [],
    needs: ['cloudwatch'],
    check: async (subject, name) => {
      const { Metrics = [] } = alarmInput(name);
      const both = Metrics.map((entry) => ({ ...entry, ReturnData: entry.Id !== 'm2' }));
      expect(await refusalOf(putAlarm(subject, alarmInput(name, { Metrics: both })))).toMatch(/^Validation/);
    },
  },
  {
    says: 'a state has five actions at most',
    facts: ['maxActionsPerState'],
    needs: ['cloudwatch'],
    check: async (subject, name) => {
      const actions = Array.from({ length: 6 }, (_, index) => `${topicArn}-${index}`);
      expect(await refusalOf(putAlarm(subject, alarmInput(name, { AlarmActions: actions })))).toMatch(/^Validation/);
      expect(await refusalOf(putAlarm(subject, alarmInput(name, { AlarmActions: actions.slice(1) })))).toBe('accepted');
    },
  },
  {
    says: 'DescribeAlarms takes a hundred names',
    facts: ['describeAlarmsBatch', 'maxAlarmNamesPerCall'],
    needs: ['cloudwatch'],
    check: async (subject, name) => {
      const names = Array.from({ length: awsFacts.describeAlarmsBatch.value + 1 }, (_, index) => `${name}-${index}`);
      const describe = (AlarmNames: string[]) =>
        refusalOf(having(subject.cloudwatch).send(new DescribeAlarmsCommand({ AlarmNames })));
      expect(await describe(names)).toMatch(/^Validation/);
      expect(await describe(names.slice(1))).toBe('accepted');
    },
  },
  {
    says: 'DescribeAlarms gives 50 alarms a page where it is not asked for more',
    facts: ['alarmsPerPage'],
    needs: ['cloudwatch'],
    check: async (subject, name) => {
      for (let index = 0; index <= 50; index += 1) await putAlarm(subject, alarmInput(`${name}-page-${index}`));
      const { MetricAlarms = [], NextToken } = await having(subject.cloudwatch).send(
        new DescribeAlarmsCommand({ AlarmNamePrefix: `${name}-page-` }),
      );
      expect(MetricAlarms.length).toBe(50);
      expect(NextToken).toBeDefined();
    },
  },
  {
    says: 'alarms are judged every minute, and act on a change of state only',
    facts: ['alarmEvaluationInterval'],
    needs: ['cloudwatch', 'time', 'watching'],
    check: async (subject, name) => {
      await putAlarm(subject, alarmInput(name));
      const before = messagesOf(subject, name).length;
      await playRecords(subject, name, [tooMany, tooMany, tooMany]);
      const { StateTransitionedTimestamp: firedAt } = await alarmOf(subject, name);
      expect(Number(firedAt) % awsFacts.alarmEvaluationInterval.value).toBe(0);
      expect(messagesOf(subject, name).length - before).toBe(1);
    },
  },
  {
    says: 'a state that was set lasts until the next comparison',
    facts: [],
    needs: ['cloudwatch', 'time', 'watching'],
    check: async (subject, name) => {
      await putAlarm(subject, alarmInput(name));
      await playRecords(subject, name, [tooMany]);
      await setState(subject, name, 'INSUFFICIENT_DATA');
      await playRecords(subject, name, [tooMany]);
      expect((await alarmOf(subject, name)).StateValue).toBe('ALARM');
      expect(messagesOf(subject, name).length).toBe(2);
    },
  },
  {
    says: 'missing data that is ignored keeps the state',
    facts: ['extraPeriods'],
    needs: ['cloudwatch', 'time', 'watching'],
    check: async (subject, name) => {
      await putAlarm(subject, alarmInput(name));
      await playRecords(subject, name, [tooMany]);
      await having(subject.time).pass(10 * 60_000);
      expect((await alarmOf(subject, name)).StateValue).toBe('ALARM');
    },
  },
  {
    says: 'a notification names dimensions in lower case, the region by its name, times with +0000',
    facts: [],
    needs: ['cloudwatch', 'time', 'watching'],
    check: async (subject, name) => {
      await putAlarm(subject, alarmInput(name));
      await playRecords(subject, name, [tooMany]);
      const message = JSON.parse(messagesOf(subject, name)[0] ?? '{}');
      expect(message).toMatchObject({
        NewStateValue: 'ALARM',
        AlarmDescription: null,
        Region: 'EU (Ireland)',
        AlarmArn: `arn:aws:cloudwatch:eu-west-1:123456789012:alarm:${name}`,
      });
      expect(message.StateChangeTime).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000$/);
      expect(JSON.stringify(message.Trigger.Metrics)).toContain(`"value":"${name}"`);
    },
  },
];

async function setState(subject: Subject, AlarmName: string, StateValue: StateValue): Promise<void> {
  await having(subject.cloudwatch).send(new SetAlarmStateCommand({ AlarmName, StateValue, StateReason: 'contract' }));
}

function arnOf(alarmName: string): string {
  return `arn:aws:cloudwatch:eu-west-1:123456789012:alarm:${alarmName}`;
}

/** The ARN as the subject has it: moto has an account of its own. */
async function liveArn(subject: Subject, alarmName: string): Promise<string> {
  return (await alarmOf(subject, alarmName)).AlarmArn ?? arnOf(alarmName);
}

async function tag(subject: Subject, alarmName: string, tags: Readonly<Record<string, string>>): Promise<void> {
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  await having(subject.cloudwatch).send(
    new TagResourceCommand({ ResourceARN: await liveArn(subject, alarmName), Tags }),
  );
}

async function tagsOf(subject: Subject, alarmName: string): Promise<Readonly<Record<string, string>>> {
  const { Tags = [] } = await having(subject.cloudwatch).send(
    new ListTagsForResourceCommand({ ResourceARN: await liveArn(subject, alarmName) }),
  );
  return Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value]));
}

function messagesOf(subject: Subject, alarmName: string): readonly string[] {
  return having(subject.watching)
    .messages()
    .filter((message) => JSON.parse(message).AlarmName === alarmName);
}
