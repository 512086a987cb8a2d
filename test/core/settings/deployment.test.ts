import { describe, expect, it } from 'vitest';
import { describeFault } from '../../../core/result.ts';
import { describeFaults, type Environment, readDeployment } from '../../../core/settings/deployment.ts';
import { readDryRun } from '../../../core/settings/deployment-settings.ts';
import { sampleSettings } from '../samples.ts';

const arn = 'arn:aws:lambda:eu-west-1:123456789012:function:orders-processor';

function read(environment: Environment, settings?: unknown) {
  const text = settings === undefined || typeof settings === 'string' ? settings : JSON.stringify(settings);
  return readDeployment(environment, text);
}
function deploymentOf(environment: Environment, settings?: unknown) {
  const result = read(environment, settings);
  if (!result.ok) throw new TypeError(describeFaults(result.faults));
  return result.value;
}
function faultsOf(environment: Environment, settings?: unknown) {
  const result = read(environment, settings);
  return result.ok ? [] : result.faults;
}
const fieldsOf = (environment: Environment, settings?: unknown) =>
  faultsOf(environment, settings).map(({ field }) => field);

describe('readDeployment, from the environment', () => {
  it('reads an empty environment: every variable has a default, and dry run is on', () => {
    expect(deploymentOf({})).toEqual({
      dryRun: true,
      logLevel: 'info',
      version: '',
      deploymentRing: '',
      retry: { shortestWaitMs: 1_000, longestWaitMs: 3_000, retries: 30, callTimeoutMs: 5_000 },
      streamMetrics: false,
      streams: undefined,
      defaults: sampleSettings(),
    });
  });

  it('reads the environment of the reference autoscaler as it is', () => {
    const deployment = deploymentOf({
      SCALE_PERIOD_MINS: '1',
      SCALE_UP_EVALUATION_PERIOD: '10',
      SCALE_UP_DATAPOINTS_REQUIRED: '9',
      SCALE_DOWN_EVALUATION_PERIOD: '100',
      SCALE_DOWN_DATAPOINTS_REQUIRED: '95',
      SCALE_UP_THRESHOLD: '.8',
      SCALE_DOWN_THRESHOLD: '0.2',
      SCALE_DOWN_MIN_ITER_AGE_MINS: '15',
      THROTTLE_RETRY_MIN_SLEEP: '2',
      THROTTLE_RETRY_MAX_SLEEP: '4',
      THROTTLE_RETRY_COUNT: '0',
      DRY_RUN: 'false',
      PROCESSING_LAMBDA_ARN: arn,
      PROCESSING_LAMBDAS_PER_SHARD: '3',
      LOG_LEVEL: 'ERROR',
      version: '1.2.3',
      deploymentRing: 'blue',
    });
    expect(deployment).toMatchObject({
      dryRun: false,
      logLevel: 'error',
      version: '1.2.3',
      deploymentRing: 'blue',
      retry: { shortestWaitMs: 2_000, longestWaitMs: 4_000, retries: 0, callTimeoutMs: 5_000 },
      streamMetrics: false,
      streams: undefined,
      defaults: sampleSettings({
        periodMinutes: 1,
        scaleUpEvaluationPeriods: 10,
        scaleUpDatapointsToAlarm: 9,
        scaleDownEvaluationPeriods: 100,
        scaleDownDatapointsToAlarm: 95,
        scaleUpThreshold: 0.8,
        scaleDownThreshold: 0.2,
        iteratorAgeLimitMinutes: 15,
        consumers: [{ functionArn: arn, lambdasPerShard: 3 }],
      }),
    });
  });

  it('reads an iterator-age limit of -1, the default of the reference’s template, as no limit', () => {
    const { defaults } = deploymentOf({ SCALE_DOWN_MIN_ITER_AGE_MINS: '-1' });
    expect(defaults).toMatchObject({ iteratorAgeLimitMinutes: 525_600, iteratorAge: 'ignore' });
    const { defaults: chosen } = deploymentOf({ SCALE_DOWN_MIN_ITER_AGE_MINS: '-1', ITERATOR_AGE: 'required' });
    expect(chosen.iteratorAge).toBe('required');
    expect(fieldsOf({ SCALE_DOWN_MIN_ITER_AGE_MINS: '-2' })).toEqual(['SCALE_DOWN_MIN_ITER_AGE_MINS']);
  });

  it('treats an empty variable as unset, and ignores white space around a value', () => {
    const variables = ['SCALE_UP_THRESHOLD', 'PROCESSING_LAMBDA_ARN', 'THROTTLE_RETRY_COUNT', 'LOG_LEVEL', 'DRY_RUN'];
    expect(deploymentOf(Object.fromEntries(variables.map((name) => [name, ' '])))).toEqual(deploymentOf({}));
    expect(deploymentOf({ SCALE_UP_THRESHOLD: ' 0.8 ', LOG_LEVEL: ' warn ', ITERATOR_AGE: ' ignore ' })).toMatchObject({
      logLevel: 'warn',
      defaults: { scaleUpThreshold: 0.8, iteratorAge: 'ignore' },
    });
  });
});

describe('dry run', () => {
  it.each(['false', 'FALSE', ' False ', '0', 'no', 'off'])('DRY_RUN = %j turns dry run off', (text) => {
    expect(readDryRun(text)).toBe(false);
    expect(deploymentOf({ DRY_RUN: text }).dryRun).toBe(false);
  });

  it.each([undefined, '', 'true', '1', 'yes', 'flase', 'null', '-'])('DRY_RUN = %j leaves dry run on', (text) => {
    expect(deploymentOf({ DRY_RUN: text }).dryRun).toBe(true);
  });
});

describe('a malformed variable', () => {
  it.each([
    ['SCALE_PERIOD_MINS', 'five'],
    ['SCALE_PERIOD_MINS', '2.5'],
    ['SCALE_UP_THRESHOLD', '0,75'],
    ['SCALE_UP_THRESHOLD', '75%'],
    ['SCALE_UP_THRESHOLD', '7.5'],
    ['SCALE_UP_THRESHOLD', '.'],
    ['SCALE_UP_THRESHOLD', '0x1'],
    ['SCALE_UP_THRESHOLD', 'NaN'],
    ['SCALE_UP_THRESHOLD', 'Infinity'],
    ['SCALE_DOWN_MIN_ITER_AGE_MINS', '0'],
    ['ITERATOR_AGE', 'maybe'],
    ['THROTTLE_RETRY_MIN_SLEEP', '-1'],
    ['THROTTLE_RETRY_MIN_SLEEP', '61'],
    ['THROTTLE_RETRY_MAX_SLEEP', 'x'],
    ['THROTTLE_RETRY_COUNT', '101'],
    ['THROTTLE_RETRY_COUNT', '2.5'],
    ['CALL_TIMEOUT_SECONDS', '0'],
    ['PROCESSING_LAMBDAS_PER_SHARD', 'two'],
    ['PROCESSING_LAMBDAS_PER_SHARD', '1.5'],
    ['PROCESSING_LAMBDAS_PER_SHARD', '0'],
    ['PROCESSING_LAMBDAS_PER_SHARD', '11'],
    ['LOG_LEVEL', 'loud'],
  ])('%s=%s is refused by the name of the variable, and never read as the default', (name, value) => {
    const faults = faultsOf({ [name]: value });
    expect(faults.map(({ field }) => field)).toEqual([name]);
    expect(faults[0]?.value.toLowerCase()).toContain(value.toLowerCase());
  });

  it('names a faulty consumer by the variable it was read from', () => {
    expect(fieldsOf({ PROCESSING_LAMBDA_ARN: 'orders-processor' })).toEqual(['PROCESSING_LAMBDA_ARN']);
    expect(fieldsOf({ PROCESSING_LAMBDA_ARN: arn, PROCESSING_LAMBDAS_PER_SHARD: 'x' })).toEqual([
      'PROCESSING_LAMBDAS_PER_SHARD',
    ]);
  });

  it('refuses a longest wait below the shortest, and raises the default of the longest to it', () => {
    expect(faultsOf({ THROTTLE_RETRY_MIN_SLEEP: '5', THROTTLE_RETRY_MAX_SLEEP: '4' })).toEqual([
      {
        field: 'THROTTLE_RETRY_MAX_SLEEP',
        value: '4',
        problem: 'is below THROTTLE_RETRY_MIN_SLEEP 5',
        remedy: 'give at least as much',
      },
    ]);
    expect(deploymentOf({ THROTTLE_RETRY_MIN_SLEEP: '5' }).retry).toMatchObject({
      shortestWaitMs: 5_000,
      longestWaitMs: 5_000,
    });
    expect(deploymentOf({ THROTTLE_RETRY_MIN_SLEEP: '5', THROTTLE_RETRY_MAX_SLEEP: '5' }).retry.longestWaitMs).toBe(
      5_000,
    );
  });

  it('accepts the lowest and the highest value of each range', () => {
    expect(
      deploymentOf({
        THROTTLE_RETRY_MIN_SLEEP: '0',
        THROTTLE_RETRY_MAX_SLEEP: '60',
        THROTTLE_RETRY_COUNT: '100',
        CALL_TIMEOUT_SECONDS: '0.1',
      }).retry,
    ).toEqual({ shortestWaitMs: 0, longestWaitMs: 60_000, retries: 100, callTimeoutMs: 100 });
  });

  it('names the range of a refused value, and the default that applies without it', () => {
    expect(faultsOf({ THROTTLE_RETRY_COUNT: 'many', LOG_LEVEL: 'loud' })).toEqual([
      {
        field: 'LOG_LEVEL',
        value: '"loud"',
        problem: 'is not one of its values',
        remedy: 'use trace, debug, info, warn, error',
      },
      {
        field: 'THROTTLE_RETRY_COUNT',
        value: '"many"',
        problem: 'is not a whole number from 0 to 100',
        remedy: 'give resends in that range, or leave it out for 30',
      },
    ]);
    expect(faultsOf({ CALL_TIMEOUT_SECONDS: '61' })).toEqual([
      {
        field: 'CALL_TIMEOUT_SECONDS',
        value: '61',
        problem: 'is not a number from 0.1 to 60',
        remedy: 'give seconds in that range, or leave it out for 5',
      },
    ]);
  });
});

describe('topics and switches', () => {
  const topic = 'arn:aws-cn:sns:cn-north-1:123456789012:notices_1';

  it('topics, discovery and stream metrics are read from their variables', () => {
    expect(
      deploymentOf({
        NOTICE_TOPIC_ARN: ` ${topic} `,
        PAGER_TOPIC_ARN: `${topic}-pager`,
        DISCOVERY_TOPIC_ARN: `${topic}-alarms`,
        DISCOVERY_OWNER: 'us',
        STREAM_METRICS: ' True ',
      }),
    ).toMatchObject({
      noticeTopicArn: topic,
      pagerTopicArn: `${topic}-pager`,
      discovery: { alarmTopicArn: `${topic}-alarms`, owner: 'us' },
      streamMetrics: true,
    });
    expect(deploymentOf({ DISCOVERY_TOPIC_ARN: topic, STREAM_METRICS: 'false' })).toMatchObject({
      discovery: { owner: 'kinesis-autoscaler' },
      streamMetrics: false,
    });
    expect(deploymentOf({ NOTICE_TOPIC_ARN: ' ', STREAM_METRICS: '' })).toMatchObject({
      noticeTopicArn: undefined,
      streamMetrics: false,
    });
  });

  it.each(['NOTICE_TOPIC_ARN', 'PAGER_TOPIC_ARN', 'DISCOVERY_TOPIC_ARN'])(
    '%s is refused unless it is exactly the ARN of a topic',
    (field) => {
      for (const arn of [
        'notices',
        `x${topic}`,
        `${topic}:subscription`,
        topic.replace('sns', 'sqs'),
        topic.replace('9012', ''),
      ]) {
        expect(faultsOf({ [field]: arn }).map(describeFault)).toEqual([
          `${field}: "${arn}" is not the ARN of a topic; give arn:aws:sns:REGION:ACCOUNT:NAME`,
        ]);
      }
    },
  );

  it('STREAM_METRICS is refused unless it is true or false', () => {
    expect(faultsOf({ STREAM_METRICS: 'yes' }).map(describeFault)).toEqual([
      'STREAM_METRICS: "yes" is not a switch; give true or false',
    ]);
  });
});

describe('settings.json', () => {
  it('settings.json names the streams; the environment has the defaults of each', () => {
    const { streams, defaults } = deploymentOf(
      { MIN_SHARDS: '2', SCALE_UP_THRESHOLD: '0.8' },
      { streams: { orders: { minShards: 4 }, clicks: {} } },
    );
    expect([...(streams?.keys() ?? [])]).toEqual(['orders', 'clicks']);
    expect(streams?.get('orders')).toMatchObject({ minShards: 4, scaleUpThreshold: 0.8 });
    expect(streams?.get('clicks')).toEqual(defaults);
    expect(defaults.minShards).toBe(2);
  });

  it('manages no stream when settings.json names none', () => {
    expect(deploymentOf({}, { streams: {} }).streams?.size).toBe(0);
  });

  it('derives a stream’s defaults from its own settings', () => {
    const { streams } = deploymentOf({}, { streams: { orders: { periodMinutes: 1 } } });
    expect(streams?.get('orders')?.scaleDownEvaluationPeriods).toBe(300);
  });

  it('does not make the function of the environment a consumer of every stream in settings.json', () => {
    const { streams } = deploymentOf({ PROCESSING_LAMBDA_ARN: arn }, { streams: { orders: {} } });
    expect(streams?.get('orders')?.consumers).toEqual([]);
  });

  it.each([
    ['no JSON', '{', ['settings.json']],
    ['a list', '[]', ['settings.json']],
    ['null', 'null', ['settings.json']],
    ['no streams', '{}', ['settings.json']],
    ['streams that are a list', '{"streams": []}', ['settings.json']],
    ['an unknown key', '{"streams": {}, "stream": {}}', ['settings.json.stream']],
    ['a stream that is no object', '{"streams": {"minShards": 4}}', ['settings.json.streams.minShards']],
    ['a stream that is null', '{"streams": {"orders": null}}', ['settings.json.streams.orders']],
    ['a key of a stream', '{"streams": {"orders": {"minShard": 4}}}', ['settings.json.streams.orders.minShard']],
    ['a value of a stream', '{"streams": {"orders": {"minShards": "4"}}}', ['settings.json.streams.orders.minShards']],
    ['a null', '{"streams": {"orders": {"minShards": null}}}', ['settings.json.streams.orders.minShards']],
  ])('settings.json is refused with %s', (_what, text, fields) => {
    expect(fieldsOf({}, text)).toEqual(fields);
  });

  it('a fault of settings.json names the remedy', () => {
    expect(faultsOf({}, '{"streams": {"orders": 4}}')).toEqual([
      {
        field: 'settings.json.streams.orders',
        value: '4',
        problem: 'is not an object',
        remedy: 'give {"minShards": 1, …}, or {} for the defaults',
      },
    ]);
    expect(faultsOf({}, 'x')).toEqual([
      { field: 'settings.json', value: '"x"', problem: 'is not {"streams": {…}}', remedy: 'deploy again' },
    ]);
  });

  it('refuses one function as the consumer of two streams: each stream would resize it for itself', () => {
    const consumers = [{ functionArn: arn }];
    expect(faultsOf({}, { streams: { orders: { consumers }, clicks: { consumers } } })).toEqual([
      {
        field: 'settings.json.streams.clicks.consumers[0].functionArn',
        value: `"${arn}"`,
        problem: 'is a consumer of orders already',
        remedy: 'give each stream a function of its own, or leave its concurrency alone',
      },
    ]);
  });
});

describe('every fault at once', () => {
  it('reports the faults of the environment and of settings.json together', () => {
    expect(
      fieldsOf(
        { SCALE_UP_THRESHOLD: 'x', MIN_SHARDS: '0', THROTTLE_RETRY_COUNT: 'x', LOG_LEVEL: 'x' },
        { streams: { orders: { maxShards: 0 }, clicks: { dailyQuota: 99 } } },
      ).toSorted(),
    ).toEqual([
      'LOG_LEVEL',
      'MIN_SHARDS',
      'SCALE_UP_THRESHOLD',
      'THROTTLE_RETRY_COUNT',
      'settings.json.streams.clicks.dailyQuota',
      'settings.json.streams.orders.maxShards',
    ]);
  });

  it('describes each fault in a line of its own', () => {
    expect(describeFaults(faultsOf({ MIN_SHARDS: '0', LOG_LEVEL: 'x' }))).toBe(
      'MIN_SHARDS: 0 is not a whole number from 1 to 10000; give shards in that range, or leave it out for the default\n' +
        'LOG_LEVEL: "x" is not one of its values; use trace, debug, info, warn, error',
    );
  });
});
