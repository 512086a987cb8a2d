import { describe, expect, it } from 'vitest';
import { describeFault } from '../../core/result.ts';
import { readDeploymentContext } from '../../infra/deployment-context.ts';
import { consumerArn } from './deployed-stack.ts';

function fieldsOf(context: unknown): readonly string[] {
  const read = readDeploymentContext(context);
  return read.ok ? [] : read.faults.map(({ field }) => field);
}

describe('context of a deployment', () => {
  it('a deployment needs no more than the name of a stream', () => {
    expect(readDeploymentContext({ streams: [{ name: 'orders' }] })).toEqual({
      ok: true,
      value: {
        stackName: 'KinesisAutoscaler',
        retry: {},
        defaults: {},
        streams: [
          { name: 'orders', create: false, shardCount: undefined, retentionHours: 24, schedules: [], given: {} },
        ],
      },
    });
  });

  it('reports every fault at once, each under the path that the user wrote', () => {
    const fields = fieldsOf({
      dryrun: false,
      dryRun: 'false',
      stackName: '1st',
      encryption: 'aws',
      logRetentionDays: 4,
      reservedConcurrency: 0,
      reconcileMinutes: 2.5,
      alarmActions: ['pager'],
      logLevel: 'loud',
      notices: 'scalings',
      pager: { topicArn: 'pager' },
      discovery: 'yes',
      dashboards: { openShardCounts: 1 },
      retry: { shortestWaitSeconds: 5, longestWaitSeconds: 2, callTimeoutSeconds: 0, count: 1 },
      defaults: { maxShard: 8, scaleUpThreshold: '0.7', consumers: [] },
      streams: [
        { name: 'orders', minShards: 10, maxShards: 4, shards: 4 },
        { name: 'orders' },
        'clicks',
        { name: 'two words', retentionHours: 48 },
        { name: 'new', create: true },
        { name: 'far', create: true, shardCount: 99, maxShards: 8, retentionHours: 1 },
        { name: 'null', minShards: null },
        {
          name: 'consumed',
          consumers: ['orders-processor', { functionArn: consumerArn, lambdasPerShard: 11, alias: 1 }],
        },
      ],
    });
    expect([...fields].sort()).toEqual(
      [
        'dryrun',
        'dryRun',
        'stackName',
        'encryption',
        'logRetentionDays',
        'reservedConcurrency',
        'reconcileMinutes',
        'alarmActions.0',
        'logLevel',
        'notices',
        'pager.topicArn',
        'discovery',
        'dashboards',
        'retry.count',
        'retry.callTimeoutSeconds',
        'retry.longestWaitSeconds',
        'defaults.maxShard',
        'defaults.scaleUpThreshold',
        'defaults.consumers',
        'streams[0].shards',
        'streams[0].minShards',
        'streams[1].name',
        'streams[2]',
        'streams[3].name',
        'streams[3].retentionHours',
        'streams[4].shardCount',
        'streams[5].shardCount',
        'streams[5].retentionHours',
        'streams[6].minShards',
        'streams[7].consumers[0]',
        'streams[7].consumers[1].alias',
        'streams[7].consumers[1].lambdasPerShard',
      ].sort(),
    );
  });

  it('reports a faulty default once, not once a stream', () => {
    const streams = [{ name: 'orders' }, { name: 'clicks' }];
    expect(fieldsOf({ defaults: { scaleDownThreshold: 0.7 }, streams })).toEqual(['defaults.scaleDownThreshold']);
  });

  it('names the default when a stream contradicts it', () => {
    const streams = [{ name: 'orders', scaleUpThreshold: 0.5 }];
    expect(fieldsOf({ defaults: { scaleDownThreshold: 0.3 }, streams })).toEqual([
      'streams[0] (defaults.scaleDownThreshold)',
    ]);
  });

  it.each([[undefined], [null], [[]], ['orders'], [{}], [{ streams: [] }], [{ streams: 'orders' }]])(
    'the context %j is refused with one fault',
    (context) => {
      expect(fieldsOf(context)).toHaveLength(1);
    },
  );

  it('refuses one function as the consumer of two streams, by the paths that the user wrote', () => {
    const consumers = [{ functionArn: consumerArn }];
    const read = readDeploymentContext({
      streams: [
        { name: 'orders', consumers },
        { name: 'clicks', consumers },
      ],
    });
    expect(read.ok ? [] : read.faults.map(describeFault)).toEqual([
      `streams[1].consumers[0].functionArn: "${consumerArn}" is a consumer of streams[0] already; give each stream a function of its own, or leave its concurrency alone`,
    ]);
  });

  it('reports a group of settings that is not an object by its name', () => {
    expect(fieldsOf({ retry: 5, streams: [{ name: 'orders' }] })).toEqual(['retry']);
    expect(fieldsOf({ retry: null, streams: [{ name: 'orders' }] })).toEqual(['retry']);
  });

  it('refuses more streams than fit into the resources of a stack', () => {
    const streams = (count: number, more = {}) =>
      Array.from({ length: count }, (_, index) => ({ name: `s${index}`, ...more }));
    expect(fieldsOf({ streams: streams(220) })).toEqual([]);
    expect(fieldsOf({ streams: streams(221) })).toEqual(['streams']);
    expect(fieldsOf({ streams: streams(147, { create: true, shardCount: 1 }) })).toEqual(['streams']);
  });

  it('a fault of the context names the remedy', () => {
    const read = readDeploymentContext({
      dryRun: 'false',
      retry: { shortestWaitSeconds: 5, longestWaitSeconds: 2 },
      streams: [{ name: 'orders' }],
    });
    expect(read).toEqual({
      ok: false,
      faults: [
        { field: 'dryRun', value: '"false"', problem: 'is not a switch', remedy: 'give true or false, without quotes' },
        {
          field: 'retry.longestWaitSeconds',
          value: '2',
          problem: 'is below retry.shortestWaitSeconds 5',
          remedy: 'give at least as much',
        },
      ],
    });
  });
});
