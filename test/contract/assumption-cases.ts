/**
 * Facts that only the models can answer: what AWS does not document is an option of theirs, and the product must be safe
 * under each; what cannot be seen through an API in reasonable time (capacity, quotas of a whole account) is stated here.
 * docs/unverified.md says how a user with an account checks them.
 */
import { GetMetricDataCommand, PutMetricAlarmCommand } from '@aws-sdk/client-cloudwatch';
import { expect } from 'vitest';
import { awsFacts } from '../../core/aws-facts.ts';
import { CLOUDWATCH_FACTS, type CloudWatchFacts } from '../../simulator/models/cloudwatch/cloudwatch-facts.ts';
import { admitMinute } from '../../simulator/models/kinesis-capacity.ts';
import { KinesisAccount } from '../../simulator/models/kinesis-model.ts';
import { alarmInput, alarmOf, playRecords, putAlarm } from './alarm-samples.ts';
import { having } from './contract-case.ts';
import { startModelsSubject } from './models-subject.ts';
import { refusalOf, type Subject } from './subject.ts';
import { startMs } from './subjects.ts';

export interface AssumptionCase {
  readonly says: string;
  readonly facts: readonly string[];
  readonly check: () => Promise<void>;
}

export const assumptionCases: readonly AssumptionCase[] = [
  {
    says: 'FILL of a series without any datapoint: zeros or nothing, at choice',
    facts: ['fillOfEmptySeries'],
    check: async () => {
      const idleAlarm = (name: string) => {
        const { Metrics = [] } = alarmInput(name);
        const filled = Metrics.map((entry) => (entry.Id === 'e6' ? { ...entry, Expression: 'FILL(m2,0)' } : entry));
        return alarmInput(name, { ComparisonOperator: 'LessThanThreshold', Metrics: filled });
      };
      const stateOfIdle = (facts: Partial<CloudWatchFacts>) =>
        withModels(facts, async (subject) => {
          await putAlarm(subject, idleAlarm('idle'));
          await having(subject.time).pass(5 * 60_000);
          return (await alarmOf(subject, 'idle')).StateValue;
        });
      expect(await stateOfIdle({ fillOfEmptySeries: 'zeros' })).toBe('ALARM');
      expect(await stateOfIdle({ fillOfEmptySeries: 'nothing' })).toBe('INSUFFICIENT_DATA');
    },
  },
  {
    says: 'an account may have a quota of alarms; beyond it the error is LimitExceeded, which is no throttling',
    facts: ['maxAlarms'],
    check: () =>
      withModels({ maxAlarms: 1 }, async (subject) => {
        const put = (name: string) =>
          refusalOf(having(subject.cloudwatch).send(new PutMetricAlarmCommand(alarmInput(name))));
        expect(await put('first')).toBe('accepted');
        expect(await put('second')).toMatch(/^LimitExceeded/);
        expect(await put('first')).toBe('accepted');
      }),
  },
  {
    says: 'an alarm’s history is bounded',
    facts: ['maxHistoryItemsPerAlarm'],
    check: () =>
      withModels({ maxHistoryItemsPerAlarm: 3 }, async (subject) => {
        await putAlarm(subject, alarmInput('orders'));
        await playRecords(subject, 'orders', [200_000, 0, 200_000, 0, 200_000]);
        expect((await alarmOf(subject, 'orders')).StateValue).toBe('ALARM');
        expect(CLOUDWATCH_FACTS.maxHistoryItemsPerAlarm).toBeGreaterThan(3);
      }),
  },
  {
    says: 'GetMetricData gives a page of 100,800 datapoints where it is not asked for fewer',
    facts: ['metricDataDatapoints', 'maxDatapointsPerGetMetricData'],
    check: async () => {
      expect(CLOUDWATCH_FACTS.maxDatapointsPerGetMetricData).toBe(100_800);
      await withModels({ maxDatapointsPerGetMetricData: 2 }, async (subject) => {
        const { nowMs } = having(subject.time);
        await playRecords(subject, 'orders', [1, 2, 3]);
        const { MetricDataResults = [], NextToken } = await having(subject.cloudwatch).send(
          new GetMetricDataCommand({
            StartTime: new Date(nowMs() - 3_600_000),
            EndTime: new Date(nowMs()),
            MetricDataQueries: [{ Id: 'm2', MetricStat: having(alarmInput('orders').Metrics?.[0]?.MetricStat) }],
          }),
        );
        expect(MetricDataResults[0]?.Values?.length).toBe(2);
        expect(NextToken).toBeDefined();
      });
    },
  },
  {
    says: 'a call for the count that is there: taken or refused, at choice',
    facts: ['sameShardCount'],
    check: async () => {
      for (const sameShardCount of ['accepted', 'refused'] as const) {
        const account = new KinesisAccount({ ...place, facts: { sameShardCount } });
        const stream = account.createStream({ streamName: 'orders', openShardCount: 4, nowMs: startMs });
        const call = async () => stream.updateShardCount(4, startMs);
        expect(await refusalOf(call())).toBe(sameShardCount === 'accepted' ? 'accepted' : 'InvalidArgumentException');
      }
    },
  },
  {
    says: 'a shard takes 1 MiB and 1,000 records a second',
    facts: ['shardBytesPerSecond', 'shardRecordsPerSecond', 'bytesPerSecondPerShard', 'recordsPerSecondPerShard'],
    check: async () => {
      const records = 60 * awsFacts.shardRecordsPerSecond.value;
      const bytes = 60 * awsFacts.shardBytesPerSecond.value;
      expect(admitMinute({ records: 3 * records, bytes: 0 }, 2, 'lost').accepted.records).toBe(2 * records);
      expect(admitMinute({ records: 6, bytes: 3 * bytes }, 2, 'lost').accepted.bytes).toBe(2 * bytes);
    },
  },
];

const place = { accountId: '123456789012', region: 'eu-west-1' };

async function withModels<T>(facts: Partial<CloudWatchFacts>, run: (subject: Subject) => Promise<T>): Promise<T> {
  const subject = startModelsSubject(facts);
  try {
    return await run(subject);
  } finally {
    await subject.stop();
  }
}
