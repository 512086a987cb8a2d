import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ScalingReport } from '../../core/report/scaling-report.ts';
import { failureOf } from '../../lambda/aws/calls.ts';
import { createRunLog } from '../../lambda/observability.ts';
import { sampleAlarmState, sampleDefinition } from '../core/samples.ts';

const deployment = { logLevel: 'info', version: '1.2.3', deploymentRing: 'blue', streamMetrics: false } as const;
let written: string[];

beforeEach(() => {
  written = [];
  // Powertools writes to consoles of its own over these streams.
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
afterEach(() => void vi.restoreAllMocks());

function lines(): readonly Record<string, unknown>[] {
  return written.map((line) => JSON.parse(line) as Record<string, unknown>);
}
const logLines = () => lines().filter((line) => !('_aws' in line));
const metricLines = () => lines().filter((line) => '_aws' in line);

function reportOf(given: Partial<ScalingReport> = {}): ScalingReport {
  return {
    source: 'alarm',
    at: '2026-03-02T09:15:45.000Z',
    streamName: 'orders',
    alarmName: 'orders-scale-up',
    messageId: 'message-1',
    dryRun: false,
    outcome: 'scaled',
    decision: { kind: 'scale', direction: 'up', openShardCount: 4, targetShardCount: 8, because: { rule: 15 } },
    findings: [],
    effects: [],
    failures: [],
    needsRetry: false,
    ...given,
  };
}
const held = (reason: 'cooldown' | 'rejected'): Partial<ScalingReport> => ({
  outcome: 'held',
  decision: { kind: 'hold', reason, because: { rule: 10 } },
});

describe('the log', () => {
  it('has one line a report, with what was decided and why', () => {
    createRunLog(deployment, 'scaler').logReport(reportOf());
    expect(logLines()).toEqual([
      expect.objectContaining({
        level: 'INFO',
        message: 'scaled',
        service: 'scaler',
        version: '1.2.3',
        deploymentRing: 'blue',
        streamName: 'orders',
        alarmName: 'orders-scale-up',
        messageId: 'message-1',
        decision: expect.objectContaining({ targetShardCount: 8, because: { rule: 15 } }),
        needsRetry: false,
      }),
    ]);
  });

  it('never carries fields of one record over to the next', () => {
    const { logReport } = createRunLog(deployment, 'scaler');
    logReport(reportOf());
    const { streamName: _stream, alarmName: _alarm, messageId: _message, ...unread } = reportOf(held('rejected'));
    logReport(unread);
    const [, second] = logLines();
    expect(second).toMatchObject({ version: '1.2.3' });
    for (const field of ['streamName', 'alarmName', 'messageId']) expect(second).not.toHaveProperty(field);
  });

  it('says what is wrong, and never that a stream agrees of which something is missing or unread', () => {
    const failures = [{ call: 'lambda:GetFunctionConcurrency', ...failureOf('AccessDenied', 'no') }];
    const missing = [{ kind: 'consumer-missing', functionName: 'orders-processor' }] as const;
    const log = createRunLog(deployment, 'scaler');
    log.logReport(reportOf({ outcome: 'agrees', needsRetry: true, failures }));
    log.logReport(reportOf({ outcome: 'agrees', findings: missing }));
    expect(logLines().map(({ level, message }) => [level, message])).toEqual([
      ['ERROR', 'lambda:GetFunctionConcurrency failed with AccessDenied'],
      ['ERROR', 'consumer-missing orders-processor'],
    ]);
  });

  it.each<[string, Partial<ScalingReport>, string | undefined]>([
    ['what needs another try is an error', { needsRetry: true }, 'ERROR'],
    ['what was refused is a warning', held('rejected'), 'WARN'],
    ['a hold is information', held('cooldown'), 'INFO'],
    [
      'a finding that stands is information',
      { outcome: 'agrees', findings: [{ kind: 'concurrency-stopped', functionName: 'f' }] },
      'INFO',
    ],
    ['a stream that agrees is not logged', { outcome: 'agrees' }, undefined],
    [
      'a finding by which the stream is not scaled is an error',
      { outcome: 'agrees', findings: [{ kind: 'alarm-missing', direction: 'up' }] },
      'ERROR',
    ],
  ])('%s', (_what, given, level) => {
    createRunLog(deployment, 'scaler').logReport(reportOf(given));
    expect(logLines().map((line) => line.level)).toEqual(level ? [level] : []);
  });

  it('shows an alarm by its shard count, not by a page of math', () => {
    const { alarmName, userParts } = sampleAlarmState('up');
    const definition = sampleDefinition('up', 8);
    const effect = { kind: 'put-alarm', alarmName, definition, userParts, onFailure: 'abort' } as const;
    const failure = failureOf('Throttling', 'slow down');
    createRunLog(deployment, 'scaler').logReport(reportOf({ effects: [{ effect }, { effect, failure }] }));
    expect(logLines()[0]?.effects).toEqual([
      { kind: 'put-alarm', alarmName, threshold: 0.75, shardCount: '8' },
      { kind: 'put-alarm', alarmName, threshold: 0.75, shardCount: '8', failure },
    ]);
  });

  it('escapes line breaks that came with a message', () => {
    createRunLog(deployment, 'scaler').logReport(reportOf({ messageId: 'a\nb' }));
    expect(written.filter((line) => line.includes('message'))).toHaveLength(1);
  });

  it('shows a bug with its stack', () => {
    createRunLog(deployment, 'scaler').logFailure('record m failed on a bug', new TypeError('x is undefined'));
    expect(logLines()).toEqual([
      expect.objectContaining({
        level: 'ERROR',
        message: 'record m failed on a bug',
        error: expect.objectContaining({ name: 'TypeError', message: 'x is undefined', stack: expect.anything() }),
      }),
    ]);
  });

  it('says nothing of a load check every minute, unless there was no time for all streams', () => {
    const { logLoadCheck } = createRunLog(deployment, 'scaler');
    logLoadCheck({ checked: 50, notReached: 0 });
    expect(logLines()).toEqual([]);
    logLoadCheck({ checked: 50, notReached: 30 });
    expect(logLines()).toMatchObject([{ level: 'WARN', looked: 50, left: 30 }]);
  });

  it.each(['trace', 'debug', 'info', 'warn', 'error'] as const)('keeps to the level %s', (logLevel) => {
    const { logReport } = createRunLog({ ...deployment, logLevel }, 'scaler');
    logReport(reportOf({ outcome: 'agrees' }));
    logReport(reportOf());
    logReport(reportOf(held('rejected')));
    logReport(reportOf({ needsRetry: true }));
    const order = ['DEBUG', 'INFO', 'WARN', 'ERROR'];
    const from = order.indexOf(logLevel === 'trace' ? 'DEBUG' : logLevel.toUpperCase());
    expect(logLines().map((line) => line.level)).toEqual(order.slice(from));
  });
});

describe('the metrics', () => {
  function counted(...reports: readonly Partial<ScalingReport>[]) {
    const { logReport, flush } = createRunLog(deployment, 'scaler');
    for (const report of reports) logReport(reportOf(report));
    flush();
    return metricLines();
  }

  it('are in the product’s own namespace: one in AWS/… would never be published', () => {
    const [line] = counted({});
    expect(line?._aws).toMatchObject({
      CloudWatchMetrics: [{ Namespace: 'KinesisAutoscaler', Dimensions: [['service']] }],
    });
  });

  it.each<[string, Partial<ScalingReport>, Record<string, unknown>]>([
    ['a scale-up', {}, { ScaleUps: 1 }],
    [
      'a scale-down',
      { decision: { kind: 'scale', direction: 'down', openShardCount: 4, targetShardCount: 2, because: { rule: 15 } } },
      { ScaleDowns: 1 },
    ],
    ['a hold', held('cooldown'), { Holds: 1 }],
    ['a rejection', held('rejected'), { Rejections: 1 }],
    ['a convergence', { source: 'reconcile', outcome: 'converged' }, { Convergences: 1 }],
    ['a failure', { outcome: 'failed', needsRetry: true }, { Failures: 1 }],
    ['a scaling with a failure', { needsRetry: true }, { ScaleUps: 1, Failures: 1 }],
  ])('count %s', (_what, report, expected) => {
    const [line, ...others] = counted(report);
    expect(others).toEqual([]);
    const names = ['ScaleUps', 'ScaleDowns', 'Holds', 'Rejections', 'Convergences', 'Failures'];
    const found = Object.fromEntries(names.flatMap((name) => (line && name in line ? [[name, line[name]]] : [])));
    expect(found).toEqual(expected);
  });

  it('count a bug as a failure', () => {
    const { logFailure, flush } = createRunLog(deployment, 'scaler');
    logFailure('a bug', 'thrown text');
    flush();
    expect(metricLines()).toEqual([expect.objectContaining({ Failures: 1 })]);
  });

  it('are not published when there is nothing to count', () => {
    counted({ outcome: 'agrees', source: 'reconcile' });
    expect(written).toEqual([]);
  });
});

describe('the shard count of a stream', () => {
  it.each([
    [true, [expect.objectContaining({ StreamName: 'orders', OpenShardCount: 8 })]],
    [false, []],
  ])('is published only where the deployment asks for it: %s', (streamMetrics, expected) => {
    createRunLog({ ...deployment, streamMetrics }, 'scaler').logReport(reportOf({ openShardCount: 8 }));
    expect(metricLines()).toEqual(expected);
  });

  it('is not published where it is not known', () => {
    createRunLog({ ...deployment, streamMetrics: true }, 'scaler').logReport(reportOf());
    expect(metricLines()).toEqual([]);
  });
});

describe('the end of a reconcile', () => {
  it('is one line with the number of streams by outcome', () => {
    const reports = [
      reportOf({ outcome: 'agrees' }),
      reportOf({ outcome: 'agrees' }),
      reportOf({ outcome: 'converged' }),
    ];
    createRunLog(deployment, 'reconciler').logReconcile({ reports, notReached: 2, alarmsRemoved: ['gone-scale-up'] });
    expect(logLines()).toEqual([
      expect.objectContaining({
        message: 'reconciled',
        streams: 3,
        outcomes: { agrees: 2, converged: 1 },
        left: 2,
        alarmsRemoved: ['gone-scale-up'],
      }),
    ]);
  });
});
