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
    shards: true,
    consumersFrom: 'deployment' as const,
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
    const reading = read({ consumersFrom: 'environment' });
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

  it('is read without what the query does not ask for', async () => {
    const { aws, read } = setUp();
    await read({ alarmTags: false, iteratorAge: false, knownAlarms: new Map(), knownTags: {} });
    expect(aws.operations()).toEqual(['kinesis:DescribeStreamSummary']);
  });

  it('has consumers by name, with what the account can still reserve', async () => {
    const { aws, query } = setUp({ consumers });
    aws.unreservedConcurrency = 150;
    const { state } = await readWhole(aws.ports, account, query);
    expect(state.consumers).toEqual([
      {
        functionArn: `${consumerArn}:live`,
        functionName: 'orders-processor',
        executionsPerShard: 2,
        executionsElsewhere: 0,
        isMapped: true,
        reservedConcurrency: 8,
        reservableConcurrency: 50,
      },
    ]);
  });

  it('leaves unknown what can be reserved where the account could not be read', async () => {
    const { aws, query } = setUp({ consumers });
    aws.fail('lambda:GetAccountSettings', { code: 'AccessDeniedException' });
    const { state, failures } = await readWhole(aws.ports, account, query);
    expect(state.consumers[0]?.reservableConcurrency).toBeUndefined();
    expect(failures.map(({ call }) => call)).toEqual(['lambda:GetAccountSettings']);
  });

  it('has neither an alarm that watches another stream nor one that watches none', async () => {
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

describe('a consumer from the environment, which does not say which stream it reads', () => {
  const states = async (reads: boolean | undefined) => {
    const { aws, query } = setUp({ consumers });
    if (reads !== undefined) aws.functions.set('orders-processor', { reserved: 8, reads });
    const reading = await readWhole(aws.ports, account, { ...query, consumersFrom: 'environment' });
    expect(reading.failures).toEqual([]);
    return reading.state.consumers;
  };

  it('counts where an event source mapping of the stream invokes it', async () => {
    expect(await states(true)).toMatchObject([{ functionName: 'orders-processor', isMapped: true }]);
  });

  it('is left to the other stream where its mappings are of that one', async () => {
    expect(await states(false)).toEqual([]);
  });
});

describe('a consumer that a tag names', () => {
  const tagged = async (reads: boolean, text = 'orders-processor/8') => {
    const { aws, query } = setUp();
    aws.functions.set('orders-processor', { reserved: 32, reads });
    aws.stream('orders').tags = { 'autoscaling/consumers': text };
    const { state } = await readWhole(aws.ports, account, query);
    return state.consumers;
  };

  it('is nobody’s consumer without an event source mapping of the stream, whatever the tag says', async () => {
    expect(await tagged(false)).toEqual([]);
  });

  it('gets no more than the parallelization factor of its mapping', async () => {
    expect(await tagged(true)).toMatchObject([{ functionName: 'orders-processor', executionsPerShard: 1 }]);
  });
});

describe('the stream’s own tags', () => {
  it('override settings, raise the minimum for a time, and are listed when they cannot be read', async () => {
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

  it('may name consumers, which alone cost a second round of calls', async () => {
    const { aws, query } = setUp();
    aws.functions.set('orders-processor', { reserved: 8, reads: true });
    aws.stream('orders').tags = { 'autoscaling/consumers': 'orders-processor/3' };
    const { state } = await readWhole(aws.ports, account, query);
    expect(state.consumers).toMatchObject([
      { functionArn: consumerArn, executionsPerShard: 1, reservedConcurrency: 8 },
    ]);
  });
});

describe('what cannot be read', () => {
  it('fails the reading: it is never taken for zero or absent', async () => {
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

  it('of a consumer leaves that consumer out, and is listed', async () => {
    const { aws, query } = setUp({ consumers });
    aws.fail('lambda:GetFunctionConcurrency', { code: 'AccessDenied' });
    const { state, failures } = await readWhole(aws.ports, account, query);
    expect(state.consumers).toEqual([]);
    expect(failures.map(({ code }) => code)).toEqual(['AccessDenied']);
  });

  it('is no failure of a consumer that does not exist: the stream shows it as missing', async () => {
    const { aws, query } = setUp({ consumers });
    aws.functions.clear();
    const { state, failures } = await readWhole(aws.ports, account, query);
    expect(failures).toEqual([]);
    expect(state.consumers).toMatchObject([{ functionName: 'orders-processor', isMissing: true }]);
  });
});
