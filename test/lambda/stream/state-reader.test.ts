import { describe, expect, it } from 'vitest';
import type { StreamSettings } from '../../../core/settings/stream-settings.ts';
import { encodeTemporaryMinimum, temporaryMinimumTag } from '../../../core/stream/temporary-minimum.ts';
import { alarmNamesFrom, alarmNamesOf, type StateQuery } from '../../../lambda/stream/state-query.ts';
import { readState } from '../../../lambda/stream/state-reader.ts';
import { hour, now, sampleAlarm, sampleDefinition, sampleSettings } from '../../core/samples.ts';
import { consumerArn } from '../deployments.ts';
import { account, MemoryAccount } from '../memory-account.ts';

const consumers = [{ functionArn: `${consumerArn}:live`, lambdasPerShard: 2 }];

function setUp(given: Partial<StreamSettings> = {}) {
  const settings = sampleSettings(given);
  const aws = new MemoryAccount();
  aws.addStream('orders', 4, settings);
  aws.functions.set('orders-processor', { reserved: 8, reads: true });
  const query: StateQuery = {
    streamName: 'orders',
    settings,
    alarmNames: alarmNamesOf('orders'),
    alarmTags: true,
    iteratorAge: true,
    consumersUnproven: false,
    nowMs: now,
  };
  return {
    aws,
    query,
    read: (change: Partial<StateQuery> = {}) => readState(aws.ports, account, { ...query, ...change }),
  };
}

async function readWhole(...args: Parameters<typeof readState>) {
  const reading = await readState(...args);
  if (!reading.ok) throw new TypeError(JSON.stringify(reading.failures));
  return reading;
}

describe('a state', () => {
  it('is read in one round: every call is on its way before the first answer', async () => {
    const { aws, read } = setUp({ consumers });
    const reading = read({ consumersUnproven: true });
    expect(aws.operations().toSorted()).toEqual([
      'cloudwatch:DescribeAlarms',
      'cloudwatch:GetMetricData',
      'cloudwatch:ListTagsForResource',
      'cloudwatch:ListTagsForResource',
      'kinesis:DescribeStreamSummary',
      'kinesis:ListTagsForStream',
      'lambda:GetAccountSettings',
      'lambda:GetFunctionConcurrency',
      'lambda:ListEventSourceMappings',
    ]);
    const before = aws.calls.length;
    await reading;
    expect(aws.calls).toHaveLength(before);
  });

  it('asks for no more than is wanted', async () => {
    const { aws, read } = setUp();
    await read({ alarmTags: false, iteratorAge: false, knownAlarms: new Map(), knownTags: {} });
    expect(aws.operations()).toEqual(['kinesis:DescribeStreamSummary']);
  });

  it('has consumers by name, with what the account can still reserve above its floor', async () => {
    const { aws, query } = setUp({ consumers });
    aws.unreservedConcurrency = 150;
    const { state } = await readWhole(aws.ports, account, query);
    expect(state.consumers).toEqual([
      {
        functionArn: `${consumerArn}:live`,
        functionName: 'orders-processor',
        executionsPerShard: 2,
        executionsElsewhere: 0,
        isMapped: undefined,
        reservedConcurrency: 8,
        reservableConcurrency: 50,
      },
    ]);
  });

  it('does not know what can be reserved where the account could not be asked', async () => {
    const { aws, query } = setUp({ consumers });
    aws.fail('lambda:GetAccountSettings', { code: 'AccessDeniedException' });
    const { state, failures } = await readWhole(aws.ports, account, query);
    expect(state.consumers[0]?.reservableConcurrency).toBeUndefined();
    expect(failures.map(({ call }) => call)).toEqual(['lambda:GetAccountSettings']);
  });

  it('has no alarm that watches another stream, or none', async () => {
    const { aws, query } = setUp();
    const up = aws.alarm('orders-scale-up');
    const metrics = up.definition.metrics.map((metric) =>
      'dimensions' in metric ? { ...metric, dimensions: { StreamName: 'clicks' } } : metric,
    );
    aws.alarms.set('orders-scale-up', { ...up, definition: { ...sampleDefinition('up'), metrics } });
    aws.alarms.delete('orders-scale-down');
    const { state } = await readWhole(aws.ports, account, query);
    expect(state.alarms).toEqual({ up: undefined, down: undefined });
  });

  it('takes its alarms’ names from the one that fired', () => {
    const alarm = sampleAlarm('down', { alarmName: 'legacy-scale-down', siblingName: 'legacy-scale-up' });
    const names = { up: 'legacy-scale-up', down: 'legacy-scale-down' };
    expect(alarmNamesFrom(alarm)).toEqual(names);
    const sibling = sampleAlarm('up', { alarmName: 'legacy-scale-up', siblingName: 'legacy-scale-down' });
    expect(alarmNamesFrom(sibling)).toEqual(names);
  });
});

describe('a consumer that nobody has said what it reads', () => {
  it.each([
    ['counts where it reads this stream', true, ['orders-processor']],
    ['is another’s where it does not, and that is no failure', false, []],
  ])('%s', async (_what, reads, names) => {
    const { aws, query } = setUp({ consumers });
    aws.functions.set('orders-processor', { reserved: 8, reads });
    const asked: string[] = [];
    const functions = {
      ...aws.ports.functions,
      reads: (name: string, streamArn: string) => {
        asked.push(streamArn);
        return aws.ports.functions.reads(name, streamArn);
      },
    };
    const { state, failures } = await readWhole({ ...aws.ports, functions }, account, {
      ...query,
      consumersUnproven: true,
    });
    expect(state.consumers.map(({ functionName }) => functionName)).toEqual(names);
    expect(failures).toEqual([]);
    expect(asked).toEqual(['arn:aws:kinesis:eu-west-1:123456789012:stream/orders']);
  });
});

describe('the stream’s own tags', () => {
  it('override settings, raise the minimum for a time, and are told when they cannot be read', async () => {
    const { aws, query } = setUp();
    aws.stream('orders').tags = {
      'autoscaling/max-shards': '64',
      'autoscaling/min-shards': 'few',
      [temporaryMinimumTag]: encodeTemporaryMinimum({ shards: 16, untilMs: now + hour }),
    };
    const { settings, tagFaults, contradictions } = await readWhole(aws.ports, account, query);
    expect(settings).toMatchObject({ maxShards: 64, minShards: 16 });
    expect(tagFaults.map(({ field }) => field)).toEqual(['autoscaling/min-shards']);
    expect(contradictions).toEqual([]);
  });

  it('name consumers of their own, which alone costs a second round', async () => {
    const { aws, query } = setUp();
    aws.stream('orders').tags = { 'autoscaling/consumers': 'orders-processor/3' };
    const { state } = await readWhole(aws.ports, account, query);
    expect(state.consumers).toMatchObject([
      { functionArn: consumerArn, executionsPerShard: 3, reservedConcurrency: 8 },
    ]);
  });
});

describe('what cannot be read', () => {
  it('is never taken for nothing', async () => {
    const { aws, read } = setUp();
    aws.fail('cloudwatch:DescribeAlarms', { code: 'AccessDenied' });
    aws.fail('kinesis:ListTagsForStream', { code: 'Throttling' });
    expect(await read()).toEqual({
      ok: false,
      failures: [
        expect.objectContaining({ call: 'kinesis:ListTagsForStream', code: 'Throttling' }),
        expect.objectContaining({ call: 'cloudwatch:DescribeAlarms', code: 'AccessDenied' }),
      ],
    });
  });

  it('of a consumer leaves that consumer out', async () => {
    const { aws, query } = setUp({ consumers });
    aws.functions.clear();
    const { state, failures } = await readWhole(aws.ports, account, query);
    expect(state.consumers).toEqual([]);
    expect(failures.map(({ code }) => code)).toEqual(['ResourceNotFoundException']);
  });
});
