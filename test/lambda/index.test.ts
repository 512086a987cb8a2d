/** The handlers themselves, over real SDK clients and a server that answers them. */
import type { Context } from 'aws-lambda';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { eventMessage } from '../core/samples.ts';
import { awsError, Wire } from './aws/wire.ts';

let wire: Wire;
let written: string[];
const context = {
  functionName: 'scaler',
  invokedFunctionArn: 'arn:aws:lambda:eu-west-1:123456789012:function:scaler',
  getRemainingTimeInMillis: () => 900_000,
} as Context;

beforeAll(async () => {
  wire = await Wire.open();
});
afterAll(() => wire.close());
beforeEach(() => {
  vi.stubEnv('AWS_ENDPOINT_URL', wire.endpoint);
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  vi.stubEnv('LAMBDA_TASK_ROOT', '/nowhere');
  vi.stubEnv('THROTTLE_RETRY_COUNT', '0');
  vi.stubEnv('DRY_RUN', 'false');
  wire.answer(() => awsError('AccessDeniedException'));
  written = [];
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((chunk) => {
      written.push(
        ...String(chunk)
          .split('\n')
          .filter((line) => line !== ''),
      );
      return true;
    });
  }
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

const logLines = () =>
  written.map((line) => JSON.parse(line) as Record<string, unknown>).filter((line) => !('_aws' in line));
const eventOf = (...messages: readonly unknown[]) => ({
  Records: messages.map((Message, index) => ({
    EventSource: 'aws:sns',
    Sns: { MessageId: `message-${index}`, Message },
  })),
});
const load = () => import('../../lambda/index.ts');
const metricsOf = (name: string) =>
  written
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .flatMap((line) => ('_aws' in line && name in line ? [line[name]] : []));

describe('the scaler', () => {
  it('answers every record, and fails at the end when one needs another delivery', async () => {
    const { scaler } = await load();
    const event = eventOf('hello', eventMessage('scale-up'), eventMessage('scale-up-ok'));
    await expect(scaler(event, context)).rejects.toThrow('1 record(s) need another delivery');
    expect(logLines().map(({ messageId, message, level }) => [messageId, message, level])).toEqual([
      ['message-0', 'held', 'WARN'],
      ['message-1', 'failed', 'ERROR'],
      ['message-2', 'held', 'INFO'],
    ]);
  });

  it('asks for no other delivery of records that are no alarms', async () => {
    const { scaler } = await load();
    await expect(scaler(eventOf('hello', '{}', null, 4), context)).resolves.toBeUndefined();
    await expect(scaler({ Records: [null, 'x', {}] }, context)).resolves.toBeUndefined();
    expect(logLines().every(({ level }) => level === 'WARN')).toBe(true);
    expect(logLines()).toHaveLength(7);
    expect(wire.asked).toEqual([]);
  });

  it('answers the next record after a bug in one', async () => {
    const { scaler } = await load();
    wire.answer(({ operation }) =>
      operation === 'DescribeStreamSummary' ? { body: {} } : awsError('AccessDeniedException'),
    );
    await expect(scaler(eventOf(eventMessage('scale-up'), 'hello'), context)).rejects.toThrow('1 record(s)');
    expect(logLines().map(({ message }) => message)).toEqual(['record message-0 failed on a bug', 'held']);
  });

  it('takes account and region from its own ARN, and rejects alarms of others', async () => {
    const { scaler } = await load();
    const invokedFunctionArn = 'arn:aws:lambda:us-east-1:123456789012:function:scaler';
    await scaler(eventOf(eventMessage('scale-up')), { ...context, invokedFunctionArn });
    expect(logLines()).toEqual([
      expect.objectContaining({ message: 'held', decision: expect.objectContaining({ reason: 'rejected' }) }),
    ]);
  });

  it('drops a load check that waited in line for minutes, and reads nothing for it', async () => {
    const { scaler } = await load();
    await scaler({ look: 'demand', at: '2020-03-02T09:15:00Z' }, context);
    expect(wire.asked).toEqual([]);
  });

  it('does not fail with a load check for which a call failed: the next one is due in a minute', async () => {
    const { scaler } = await load();
    await scaler({ look: 'demand' }, context);
    expect(logLines()).toEqual([
      expect.objectContaining({
        level: 'ERROR',
        message: 'cloudwatch:DescribeAlarms failed with AccessDeniedException',
      }),
    ]);
    expect(metricsOf('Failures')).toEqual([1]);
  });

  it('fails every invocation on a wrong setting, and names it', async () => {
    vi.stubEnv('SCALE_UP_THRESHOLD', '75%');
    vi.resetModules();
    const { scaler } = await load();
    vi.resetModules();
    for (const _time of [1, 2]) {
      await expect(scaler(eventOf(eventMessage('scale-up')), context)).rejects.toThrow('SCALE_UP_THRESHOLD: "75%"');
    }
    expect(wire.asked).toEqual([]);
  });
});

describe('an event that starts nothing', () => {
  it.each([
    ['scaler', {}],
    ['scaler', { look: 'away' }],
    ['reconciler', { Records: [{ Sns: { Message: 'hello' } }] }],
    ['handler', { source: 'aws.events' }],
  ] as const)('fails the %s with a log line and the metric Failures: %j', async (name, event) => {
    const functions = await load();
    await expect(functions[name](event, context)).rejects.toThrow(/^\w+: .+; .+$/);
    expect(logLines()).toEqual([expect.objectContaining({ level: 'ERROR', message: 'the event starts nothing here' })]);
    expect(metricsOf('Failures')).toEqual([1]);
    expect(wire.asked).toEqual([]);
  });
});

describe('the reconciler', () => {
  it('answers an explain request, also of a stream that cannot be read', async () => {
    const { reconciler } = await load();
    expect(await reconciler({ ask: 'explain', streams: ['orders'] }, context)).toMatchObject([
      { streamName: 'orders', ok: false, failures: [{ code: 'AccessDeniedException' }, {}, {}, {}, {}] },
    ]);
    expect(written).toEqual([]);
  });

  it('reports an unusable temporary minimum as rejected, and asks for no other delivery', async () => {
    const { reconciler } = await load();
    await reconciler({ floor: { stream: 'orders', shards: 0, minutes: 5 } }, context);
    expect(logLines().map(({ message, level }) => [message, level])).toEqual([
      ['held', 'WARN'],
      ['reconciled', 'INFO'],
    ]);
  });

  it('fails when the fleet cannot be read, so that Lambda runs it again', async () => {
    const { reconciler } = await load();
    await expect(reconciler({}, context)).rejects.toThrow('1 part(s) of the reconcile failed');
    expect(metricsOf('Failures')).toEqual([1]);
  });
});

describe('the one function of a take-over', () => {
  it('answers alarm notifications', async () => {
    const { handler } = await load();
    await expect(handler(eventOf(eventMessage('scale-up')), context)).rejects.toThrow('another delivery');
  });

  it('reconciles when the event is that of the schedule', async () => {
    const { handler } = await load();
    wire.answer(() => ({ body: { MetricAlarms: [], ResourceTagMappingList: [] } }));
    await handler({ cause: 'schedule' }, context);
    expect(logLines()).toEqual([expect.objectContaining({ message: 'reconciled', streams: 0 })]);
  });
});
