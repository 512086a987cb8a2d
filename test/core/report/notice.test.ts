import { describe, expect, it } from 'vitest';
import type { ScaleDecision } from '../../../core/decision/decision.ts';
import type { HoldReason } from '../../../core/decision/hold-reasons.ts';
import { isNews, noticeOf, tagFaultNoticeOf } from '../../../core/report/notice.ts';
import type { AwsFailure, ScalingReport } from '../../../core/report/scaling-report.ts';
import type { Fault } from '../../../core/result.ts';
import { lastNoticeTag } from '../../../core/stream/stream-tags.ts';

const decision: ScaleDecision = {
  kind: 'scale',
  direction: 'down',
  openShardCount: 8,
  targetShardCount: 4,
  because: { rule: 15 },
};

function report(given: Partial<ScalingReport> = {}): ScalingReport {
  return {
    source: 'alarm',
    at: '2026-03-02T09:15:45.000Z',
    streamName: 'orders',
    alarmName: 'orders-scale-down',
    dryRun: false,
    outcome: 'held',
    findings: [],
    effects: [],
    failures: [],
    needsRetry: false,
    ...given,
  };
}

function held(reason: HoldReason, given: Partial<ScalingReport> = {}): ScalingReport {
  return report({ decision: { kind: 'hold', reason, because: { rule: 10 } }, ...given });
}

function failure(code: string): AwsFailure {
  return { kind: 'other' as const, code, message: '', retryable: true };
}

const refused = (code: string) =>
  ({ effect: { kind: 'tag-stream', tags: {}, onFailure: 'abort' }, failure: failure(code) }) as const;
const done = { effect: { kind: 'update-shard-count', from: 8, to: 4, onFailure: 'abort' } } as const;

describe('the subject', () => {
  it('of a scaling says from where to where', () => {
    expect(noticeOf(report({ outcome: 'scaled', decision }))?.subject).toBe('orders: scaled down from 8 to 4 shards');
  });

  it('of a failure says with what: a read that failed before an effect that did, after those that did not', () => {
    const subject = (given: Partial<ScalingReport>) => noticeOf(report({ outcome: 'failed', ...given }))?.subject;
    const effects = [done, refused('ThrottlingException')];
    const failures = [{ ...failure('Timeout'), call: 'kinesis:ListTagsForStream' }];
    expect(subject({ effects, failures })).toBe('orders: failed (Timeout), another try follows');
    expect(subject({ effects })).toBe('orders: failed (ThrottlingException), another try follows');
    expect(subject({})).toBe('orders: failed (unknown), another try follows');
  });

  it('is what SNS takes: printable ASCII, at most 100 characters', () => {
    const subject = (streamName: string) => noticeOf(held('cooldown', { streamName }))?.subject;
    expect(subject('x'.repeat(128))).toBe('x'.repeat(100));
    expect(subject('bestellungen-für\nalle ~')).toBe('bestellungen-f?r?alle ~: held, cooldown');
  });

  it('names no stream where none is known: a message that could not be read', () => {
    const { streamName: _, ...nameless } = held('cooldown');
    expect(noticeOf(nameless)?.subject).toBe('unknown stream: held, cooldown');
  });
});

describe('a hold', () => {
  it.each<HoldReason>([
    'on-demand-stream',
    'contradictory-settings',
    'cooldown',
    'at-minimum',
    'at-maximum',
    'daily-quota',
    'account-shard-limit',
    'consumer-behind',
    'iterator-age-unknown',
    'dry-run',
  ])('is told: %s', (reason) => {
    expect(noticeOf(held(reason))?.subject).toBe(`orders: held, ${reason}`);
  });

  it.each<HoldReason>([
    'not-in-alarm',
    'superseded',
    'stale-alarm',
    'alarm-drift',
    'rejected',
    'stream-updating',
    'demand-met',
  ])('is not told, since it ends by itself or is nobody’s business: %s', (reason) => {
    expect(noticeOf(held(reason))).toBeUndefined();
  });

  it('does not hide a failure beside it', () => {
    const failed = held('superseded', { outcome: 'failed', effects: [refused('Timeout')], needsRetry: true });
    expect(noticeOf(failed)).toMatchObject({ subject: 'orders: failed (Timeout), another try follows' });
  });
});

it('nobody needs to know of a reconcile without a decision', () => {
  for (const outcome of ['agrees', 'converged', 'planned'] as const) {
    expect(noticeOf(report({ source: 'reconcile', outcome }))).toBeUndefined();
    expect(noticeOf(report({ source: 'reconcile', outcome, decision }))).toBeUndefined();
  }
});

it('the body is the report, and whoever is paged is told of failures', () => {
  const failed = report({ outcome: 'failed', needsRetry: true });
  expect(noticeOf(failed)).toMatchObject({ body: JSON.stringify(failed), isFailure: true });
  expect(noticeOf(held('cooldown'))).toMatchObject({ isFailure: false });
});

describe('the mark', () => {
  const mark = (told: ScalingReport) => noticeOf(told)?.mark;

  it('is the same for the same news, whenever it comes', () => {
    expect(mark(held('cooldown', { at: '2026-03-02T10:00:00.000Z' }))).toBe(mark(held('cooldown')));
  });

  const { alarmName: _, ...withoutAlarm } = report();

  it('is another for another hold, stream or direction', () => {
    const marks = [
      held('cooldown'),
      held('daily-quota'),
      held('cooldown', { streamName: 'clicks' }),
      held('cooldown', { alarmName: 'orders-scale-up' }),
      { ...withoutAlarm, decision: held('cooldown').decision },
    ].map((told) => mark(told as ScalingReport));
    expect(new Set(marks).size).toBe(marks.length);
  });

  it('is the same whether an alarm met the hold or a look', () => {
    const because = { rule: 13, direction: 'down' };
    const ofLoadCheck = { ...withoutAlarm, decision: { kind: 'hold', reason: 'daily-quota', because } } as const;
    expect(mark(ofLoadCheck)).toBe(mark(held('daily-quota')));
  });
});

describe('news', () => {
  const toldBefore = (told: ScalingReport) => {
    const notice = noticeOf(told);
    return notice && isNews(told, notice, { [lastNoticeTag]: notice.mark });
  };

  it('is a hold, unless it was the last that was told', () => {
    expect(toldBefore(held('cooldown'))).toBe(false);
    const notice = noticeOf(held('cooldown'));
    expect(notice && isNews(held('cooldown'), notice, { [lastNoticeTag]: 'another' })).toBe(true);
    expect(notice && isNews(held('cooldown'), notice, {})).toBe(true);
  });

  it('is every scaling and every failure, whatever was told', () => {
    expect(toldBefore(report({ outcome: 'scaled', decision }))).toBe(true);
    expect(toldBefore(report({ outcome: 'failed', needsRetry: true }))).toBe(true);
    expect(toldBefore(held('cooldown', { needsRetry: true }))).toBe(true);
  });
});

describe('tags that were passed over', () => {
  const fault: Fault = { field: 'autoscaling/min-shards', value: '"two"', problem: 'is no number', remedy: 'give one' };
  const faulty = (...faults: readonly Fault[]) =>
    report({
      findings: [
        { kind: 'alarm-missing', direction: 'up' },
        { kind: 'tag-faults', faults, mark: 'mark' },
      ],
    });

  it('are counted, and told once by the mark of the faults themselves', () => {
    expect(tagFaultNoticeOf(faulty(fault))).toEqual({
      subject: "orders: 1 tag is not usable, the deployment's value stands in",
      body: JSON.stringify(faulty(fault)),
      isFailure: false,
      mark: 'mark',
    });
    expect(tagFaultNoticeOf(faulty(fault, fault))?.subject).toBe(
      "orders: 2 tags are not usable, the deployment's value stands in",
    );
  });

  it('are no notice where there are none, or all are in order again', () => {
    expect(tagFaultNoticeOf(report())).toBeUndefined();
    expect(tagFaultNoticeOf(faulty())).toBeUndefined();
  });
});
