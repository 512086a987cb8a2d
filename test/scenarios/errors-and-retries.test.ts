/** Failures 21 to 27 of the reference autoscaler: what becomes of calls, settings and invocations that fail. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitMs } from '../../lambda/aws/retry.ts';
import type { FaultRule } from '../../local/calls/fault-rules.ts';
import { retries } from './support/fleet.ts';
import { minuteMs, Scenario, secondMs } from './support/scenario.ts';

describe('errors and retries', () => {
  let account: Scenario;
  beforeAll(async () => {
    account = await Scenario.start();
  });
  afterAll(() => account?.stop());

  function failing(operation: string, code: string, times: number): () => void {
    const rule: FaultRule = { operation, fault: { kind: 'error', code }, times };
    return account.aws.calls.faults.add(rule);
  }

  it('21: throttling is waited out within the invocation', async () => {
    const stream = account.take('plain');
    failing('PutMetricAlarm', 'ThrottlingException', retries);
    const invocations = account.watchInvocations();
    stream.surge(4);
    await account.pass(2 * minuteMs);
    invocations.stop();
    expect(invocations.outcomes()).toEqual(['success']);
    expect(stream.judgedShardCount('up')).toBe('8');
    expect(stream.judgedShardCount('down')).toBe('8');
  });

  it('21: the quota of alarms is no throttling: not sent again in the same invocation, and told', async () => {
    const stream = account.take('plain');
    failing('PutMetricAlarm', 'LimitExceededFault', 2);
    const watched = account.watchCalls();
    const invocations = account.watchInvocations();
    const log = account.watchLog();
    stream.surge(4);
    await account.pass(minuteMs + 10 * secondMs);
    expect(invocations.outcomes()).toEqual(['function-error']);
    expect(watched.calls().filter(({ operation }) => operation === 'PutMetricAlarm')).toHaveLength(2);
    expect(log.text()).toContain('LimitExceededFault');
    await account.pass(5 * minuteMs);
    invocations.stop();
    expect(stream.judgedShardCount('up')).toBe('8');
    expect(stream.acceptedCalls).toBe(1);
  });

  it('22: retry count 0 sends the call once, and does not take a failure for success', async () => {
    const stream = account.take('plain');
    account.setVariables({ THROTTLE_RETRY_COUNT: '0' });
    failing('AddTagsToStream', 'ThrottlingException', 1);
    const watched = account.watchCalls();
    const invocations = account.watchInvocations();
    stream.surge(4);
    await account.pass(minuteMs + 10 * secondMs);
    const writes = () =>
      watched.calls().flatMap(({ writing, operation, outcome }) => (writing ? [`${operation} ${outcome}`] : []));
    expect(writes()).toEqual(['AddTagsToStream ThrottlingException']);
    expect(invocations.outcomes()).toEqual(['function-error']);
    await account.pass(5 * minuteMs);
    account.setVariables({ THROTTLE_RETRY_COUNT: String(retries) });
    invocations.stop();
    expect(invocations.outcomes()).toEqual(['function-error', 'success']);
    expect(writes().slice(1, 3)).toEqual(['AddTagsToStream ok', 'UpdateShardCount ok']);
  });

  it('22: a longest wait below the shortest is refused, and crashes nothing', async () => {
    account.setVariables({ THROTTLE_RETRY_MIN_SLEEP: '5', THROTTLE_RETRY_MAX_SLEEP: '1' });
    const log = account.watchLog();
    const result = await account.reconcile();
    account.setVariables({ THROTTLE_RETRY_MIN_SLEEP: '0.05', THROTTLE_RETRY_MAX_SLEEP: '0.2' });
    expect(result.kind).toBe('function-error');
    expect(log.text()).toMatch(/THROTTLE_RETRY_MAX_SLEEP.*below THROTTLE_RETRY_MIN_SLEEP/);
  });

  it('22: waits back off between their bounds, with jitter', async () => {
    const stream = account.take('plain');
    const settings = { shortestWaitMs: 1_000, longestWaitMs: 20_000, retries: 6, callTimeoutMs: 1_000 };
    account.setVariables({
      THROTTLE_RETRY_MIN_SLEEP: '1',
      THROTTLE_RETRY_MAX_SLEEP: '20',
      THROTTLE_RETRY_COUNT: String(settings.retries),
    });
    failing('AddTagsToStream', 'ThrottlingException', settings.retries);
    const watched = account.watchCalls();
    stream.surge(4);
    await account.pass(5 * minuteMs);
    account.setVariables({
      THROTTLE_RETRY_MIN_SLEEP: '0.05',
      THROTTLE_RETRY_MAX_SLEEP: '0.2',
      THROTTLE_RETRY_COUNT: String(retries),
    });
    const times = watched.calls().flatMap(({ operation, atMs }) => (operation === 'AddTagsToStream' ? [atMs] : []));
    const waits = times.slice(1).map((atMs, index) => atMs - (times[index] ?? 0));
    expect(waits).toHaveLength(settings.retries);
    for (const [index, wait] of waits.entries()) {
      // The clock of the function counts whole milliseconds.
      expect(wait).toBeGreaterThanOrEqual(waitMs(index, settings, () => 0) - 1);
      expect(wait).toBeLessThanOrEqual(waitMs(index, settings, () => 1) + 1);
    }
    expect(new Set(waits).size).toBeGreaterThan(1);
    const longest = [0, 1, 2, 3, 4, 5].map((index) => waitMs(index, settings, () => 1));
    expect(longest).toEqual([2_000, 4_000, 8_000, 16_000, 20_000, 20_000]);
  });

  it('23: a failure is counted in a namespace that CloudWatch takes', async () => {
    const stream = account.take('plain');
    const dimensions = [{ Name: 'service', Value: 'kinesis-autoscaler' }];
    const before = metricSum(account, 'KinesisAutoscaler', 'Failures', dimensions);
    failing('UpdateShardCount', 'AccessDeniedException', 1);
    const log = account.watchLog();
    stream.surge(4);
    await account.pass(minuteMs + 10 * secondMs);
    const namespaces = log.lines().flatMap(embeddedNamespaces);
    expect(namespaces.length).toBeGreaterThan(0);
    expect(new Set(namespaces)).toEqual(new Set(['KinesisAutoscaler']));
    expect(metricSum(account, 'KinesisAutoscaler', 'Failures', dimensions) - before).toBe(1);
    await account.pass(5 * minuteMs);
  });

  it('24: optional variables that are not set count no failure and write no warning', async () => {
    const stream = account.take('plain');
    for (const name of [account.scalerName, account.reconcilerName]) {
      const { variables } = account.aws.lambda.functions.get(name);
      expect(Object.keys(variables)).not.toContain('PROCESSING_LAMBDA_ARN');
    }
    const log = account.watchLog();
    stream.surge(4);
    await account.pass(5 * minuteMs);
    expect(stream.openShardCount).toBe(8);
    expect(log.lines().filter(({ level }) => level === 'WARN' || level === 'ERROR')).toEqual([]);
    expect(log.lines().filter((line) => 'Failures' in line)).toEqual([]);
  });

  it('25: an invocation that failed is an error of the function, is delivered again, and ends in the dead-letter queue', async () => {
    const stream = account.take('plain');
    const repair = failing('UpdateShardCount', 'AccessDeniedException', Number.POSITIVE_INFINITY);
    const invocations = account.watchInvocations();
    const dimensions = [{ Name: 'FunctionName', Value: account.scalerName }];
    const before = metricSum(account, 'AWS/Lambda', 'Errors', dimensions);
    stream.surge(4);
    await account.pass(12 * minuteMs);
    repair();
    invocations.stop();
    expect(invocations.outcomes()).toEqual(['function-error', 'function-error', 'function-error']);
    expect(metricSum(account, 'AWS/Lambda', 'Errors', dimensions) - before).toBe(3);
    const [dead] = account.aws.queues.receive(account.stack.outputs.DeadLetterQueueUrl ?? '', 10, 30);
    expect(dead?.body).toContain(stream.alarmName('up'));
    // What was written before the refused call was taken back.
    expect(stream.tags['autoscaling/ledger']).toBe('');
    await account.reconcile();
    await account.pass(5 * minuteMs);
    expect(stream.openShardCount).toBe(8);
  });

  it('26: a record is told without the fields of the one before it', async () => {
    const stream = account.take('plain');
    stream.surge(4);
    await account.pass(minuteMs + 10 * secondMs);
    const message = account.aws.topics.published.findLast((published) =>
      published.message.includes(stream.name),
    )?.message;
    const log = account.watchLog();
    await account.invoke(account.scalerName, { Records: [sns('first', message), sns('second', 'not JSON')] });
    const [first, second] = log.lines().filter(({ source }) => source === 'alarm');
    expect(first).toMatchObject({ messageId: 'first', streamName: stream.name, alarmName: stream.alarmName('up') });
    expect(second).toMatchObject({ messageId: 'second' });
    expect(JSON.stringify(second)).not.toContain(stream.name);
  });

  it('27: a threshold that is no number never becomes the default; every fault is told at once', async () => {
    const stream = account.take('plain');
    account.setVariables({ SCALE_UP_THRESHOLD: '0,75', MAX_SHARDS: 'many', LOG_LEVEL: 'loud' });
    const log = account.watchLog();
    await account.fire(stream, 'up');
    account.setVariables({ SCALE_UP_THRESHOLD: undefined, MAX_SHARDS: undefined, LOG_LEVEL: undefined });
    for (const fault of ['SCALE_UP_THRESHOLD', '0,75', 'MAX_SHARDS', 'many', 'LOG_LEVEL', 'loud']) {
      expect(log.text()).toContain(fault);
    }
    expect(stream.openShardCount).toBe(4);
  });
});

function sns(MessageId: string, Message: string | undefined): object {
  return { EventSource: 'aws:sns', Sns: { MessageId, Message } };
}

function embeddedNamespaces(line: Readonly<Record<string, unknown>>): readonly string[] {
  const { _aws: embedded } = line as { _aws?: { CloudWatchMetrics?: readonly { Namespace: string }[] } };
  return (embedded?.CloudWatchMetrics ?? []).map(({ Namespace }) => Namespace);
}

function metricSum(
  { aws, clock }: Scenario,
  Namespace: string,
  MetricName: string,
  Dimensions: { Name: string; Value: string }[],
): number {
  const { Datapoints = [] } = aws.cloudwatch.getMetricStatistics({
    Namespace,
    MetricName,
    Dimensions,
    StartTime: new Date(clock.nowMs() - 24 * 60 * minuteMs),
    EndTime: new Date(clock.nowMs() + minuteMs),
    Period: 3_600,
    Statistics: ['Sum'],
  });
  return Datapoints.reduce((sum, { Sum = 0 }) => sum + Sum, 0);
}
