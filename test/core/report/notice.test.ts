import { describe, expect, it } from 'vitest';
import type { ScaleDecision } from '../../../core/decision/decision.ts';
import { type HoldReason, scalingRule } from '../../../core/decision/hold-reasons.ts';
import {
  happenedNoticeOf,
  noticeOf,
  problemNoticeOf,
  shouldNotify,
  tagFaultNoticeOf,
} from '../../../core/report/notice.ts';
import type { AwsFailure, ScalingReport } from '../../../core/report/scaling-report.ts';
import type { Fault } from '../../../core/result.ts';
import { lastNoticeTag, notifiedProblemsTag } from '../../../core/stream/stream-tags.ts';

const decision: ScaleDecision = {
  kind: 'scale',
  direction: 'down',
  openShardCount: 8,
  targetShardCount: 4,
  because: { rule: scalingRule },
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

describe('the subject of a notice', () => {
  it('names the shard counts before and after a scaling', () => {
    expect(noticeOf(report({ outcome: 'scaled', decision }))?.subject).toBe('orders: scaled down from 8 to 4 shards');
  });

  it('names the error code of a failure: of a failed read first, else of the first failed effect', () => {
    const subject = (given: Partial<ScalingReport>) => noticeOf(report({ outcome: 'failed', ...given }))?.subject;
    const effects = [done, refused('ThrottlingException')];
    const failures = [{ ...failure('Timeout'), call: 'kinesis:ListTagsForStream' }];
    expect(subject({ effects, failures })).toBe('orders: failed (Timeout), another try follows');
    expect(subject({ effects })).toBe('orders: failed (ThrottlingException), another try follows');
    expect(subject({})).toBe('orders: failed (unknown), another try follows');
  });

  it('is printable ASCII of less than 100 characters, as SNS takes it, and keeps what happened to a stream with a long name', () => {
    const subject = (streamName: string) => noticeOf(held('cooldown', { streamName }))?.subject;
    const longest = subject(`${'x'.repeat(120)}-orders1`) ?? '';
    expect(longest).toMatch(/^x+\.{3}x+-orders1: held, cooldown$/);
    expect(longest).toHaveLength(99);
    const code = `Code${'e'.repeat(80)}`;
    const failures = [{ call: 'kinesis:UpdateShardCount', kind: 'other', code, message: '', retryable: true }] as const;
    const failed = noticeOf(report({ streamName: 'x'.repeat(128), outcome: 'failed', needsRetry: true, failures }));
    expect(failed?.subject).toMatch(/^x{10}\.{3}x{10}: failed \(Codee+/);
    expect(failed?.subject).toHaveLength(99);
    expect(subject('bestellungen-für\nalle ~')).toBe('bestellungen-f?r?alle ~: held, cooldown');
  });

  it('says "unknown stream" where the message could not be read', () => {
    const { streamName: _, ...nameless } = held('cooldown');
    expect(noticeOf(nameless)?.subject).toBe('unknown stream: held, cooldown');
  });
});

describe('a notice of a hold', () => {
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
  ])('people are notified of the hold %s', (reason) => {
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
  ])('people are not notified of the hold %s, which ends by itself or needs nobody', (reason) => {
    expect(noticeOf(held(reason))).toBeUndefined();
  });

  it('a hold of which nobody is notified does not hide a failure', () => {
    const failed = held('superseded', { outcome: 'failed', effects: [refused('Timeout')], needsRetry: true });
    expect(noticeOf(failed)).toMatchObject({ subject: 'orders: failed (Timeout), another try follows' });
  });
});

it('people are not notified of a reconcile that only agrees, converges or plans', () => {
  for (const outcome of ['agrees', 'converged', 'planned'] as const) {
    expect(noticeOf(report({ source: 'reconcile', outcome }))).toBeUndefined();
    expect(noticeOf(report({ source: 'reconcile', outcome, decision }))).toBeUndefined();
  }
});

it('the body of a notice is the report, and only a failure goes to the pager', () => {
  const failed = report({ outcome: 'failed', needsRetry: true });
  expect(noticeOf(failed)).toMatchObject({ body: JSON.stringify(failed), isFailure: true });
  expect(noticeOf(held('cooldown'))).toMatchObject({ isFailure: false });
});

describe('the fingerprint of a notice', () => {
  const fingerprintOf = (given: ScalingReport) => noticeOf(given)?.fingerprint;

  it('stays the same when the same hold is reported later', () => {
    const later = held('cooldown', { at: '2026-03-02T10:00:00.000Z' });
    expect(fingerprintOf(later)).toBe(fingerprintOf(held('cooldown')));
  });

  const { alarmName: _, ...withoutAlarm } = report();

  it('differs for another hold, another stream and another direction', () => {
    const fingerprints = [
      held('cooldown'),
      held('daily-quota'),
      held('cooldown', { streamName: 'clicks' }),
      held('cooldown', { alarmName: 'orders-scale-up' }),
      { ...withoutAlarm, decision: held('cooldown').decision },
    ].map((given) => fingerprintOf(given as ScalingReport));
    expect(new Set(fingerprints).size).toBe(fingerprints.length);
  });

  it('is the same whether an alarm or a load check met the hold', () => {
    const because = { rule: 13, direction: 'down' };
    const ofLoadCheck = { ...withoutAlarm, decision: { kind: 'hold', reason: 'daily-quota', because } } as const;
    expect(fingerprintOf(ofLoadCheck)).toBe(fingerprintOf(held('daily-quota')));
  });
});

describe('whether to notify', () => {
  /** Whether people are notified although the stream's tags remember this very notice. */
  const again = (given: ScalingReport) => {
    const notice = noticeOf(given);
    return notice && shouldNotify(given, notice, { [lastNoticeTag]: notice.fingerprint });
  };

  it('people are notified of a hold that differs from the last one, and not twice of the same', () => {
    expect(again(held('cooldown'))).toBe(false);
    const notice = noticeOf(held('cooldown'));
    expect(notice && shouldNotify(held('cooldown'), notice, { [lastNoticeTag]: 'another' })).toBe(true);
    expect(notice && shouldNotify(held('cooldown'), notice, {})).toBe(true);
  });

  it('people are notified of every scaling and every failure, even of the same one again', () => {
    expect(again(report({ outcome: 'scaled', decision }))).toBe(true);
    expect(again(report({ outcome: 'failed', needsRetry: true }))).toBe(true);
    expect(again(held('cooldown', { needsRetry: true }))).toBe(true);
  });
});

describe('a notice of tags that were ignored', () => {
  const fault: Fault = { field: 'autoscaling/min-shards', value: '"two"', problem: 'is no number', remedy: 'give one' };
  const faulty = (...faults: readonly Fault[]) =>
    report({
      findings: [
        { kind: 'alarm-missing', direction: 'up' },
        { kind: 'tag-faults', faults, mark: 'f1' },
      ],
    });

  it('counts the tags, and takes the fingerprint of the faults themselves', () => {
    expect(tagFaultNoticeOf(faulty(fault))).toEqual({
      subject: "orders: 1 tag is not usable, the deployment's value stands in",
      body: JSON.stringify(faulty(fault)),
      isFailure: false,
      fingerprint: 'f1',
    });
    expect(tagFaultNoticeOf(faulty(fault, fault))?.subject).toBe(
      "orders: 2 tags are not usable, the deployment's value stands in",
    );
  });

  it('is not sent where no tag has a fault, nor when the last fault has gone', () => {
    expect(tagFaultNoticeOf(report())).toBeUndefined();
    expect(tagFaultNoticeOf(faulty())).toBeUndefined();
  });
});

describe('the notice of what a reconcile found', () => {
  const missing = { kind: 'alarm-missing', direction: 'up' } as const;
  const stopped = { kind: 'concurrency-stopped', functionName: 'orders-processor' } as const;
  const reconciled = (findings: ScalingReport['findings']) =>
    report({ source: 'reconcile', outcome: 'agrees', findings });

  it('pages for what is broken, and does not page for what somebody may have meant', () => {
    expect(problemNoticeOf(reconciled([missing]), {})).toMatchObject({ isFailure: true });
    expect(problemNoticeOf(reconciled([stopped]), {})).toMatchObject({
      subject: 'orders: concurrency-stopped orders-processor',
      isFailure: false,
    });
  });

  it('does not come again while the same is wrong, whatever the figures in it', () => {
    const lacking = (affordable: number) =>
      reconciled([{ kind: 'concurrency-unaffordable', functionName: 'a', wanted: 16, affordable }]);
    const notice = problemNoticeOf(lacking(8), {});
    expect(notice).toBeDefined();
    expect(problemNoticeOf(lacking(9), { [notifiedProblemsTag]: notice?.fingerprint ?? '' })).toBeUndefined();
  });

  it('comes from the reconciler only, or alarm and load check would each notify people of it', () => {
    expect(problemNoticeOf(report({ findings: [missing] }), {})).toBeUndefined();
  });

  it('is no all-clear where the stream could not be read', () => {
    const unread = report({ source: 'reconcile', outcome: 'failed' });
    expect(problemNoticeOf(unread, { [notifiedProblemsTag]: 'x' })).toBeUndefined();
  });

  it('leaves out what converge repairs and what ends by itself', () => {
    const findings = [
      { kind: 'alarm-drifted', alarmName: 'a', differs: ['s1'] },
      { kind: 'scaling-under-way' },
    ] as const;
    expect(problemNoticeOf(reconciled(findings), {})).toBeUndefined();
    expect(happenedNoticeOf(reconciled(findings))).toBeUndefined();
  });
});
