/**
 * Every reason not to scale, one row each. From here come the union of reasons, the number and the order of the rules, who
 * is notified, and the table in docs/operations.md. A new reason is a row here and its rule in rules.ts.
 *
 * Rules are asked in the order of their numbers, and the first one that holds decides. Void judgements (`superseded`,
 * `stale-alarm`, `alarm-drift`) come before reasons to wait (`cooldown` and below): an alarm that no longer means anything
 * must be repaired at once, and not after a wait.
 */
export interface HoldReasonRow {
  /** Two reasons share a number only where one rule finds both. */
  readonly rule: number;
  /** The reason in an operator's words. */
  readonly means: string;
  /** Whether people are notified, once. They are not where it ends by itself within minutes, or where all is well. */
  readonly notify: boolean;
  /** When it ends. Markdown, for docs/operations.md. */
  readonly ends: string;
}

export const holdReasons = {
  rejected: {
    rule: 1,
    means: 'the message is no scaling alarm of a stream that this deployment manages',
    notify: false,
    ends: 'never: the message is not for this deployment; the log names every fault',
  },
  'not-in-alarm': {
    rule: 2,
    means: 'the notification says OK or INSUFFICIENT_DATA',
    notify: false,
    ends: 'with the next notification',
  },
  'contradictory-settings': {
    rule: 3,
    means: "the stream's tags contradict each other",
    notify: true,
    ends: 'when you correct the tags; `explain` lists the faults',
  },
  'on-demand-stream': {
    rule: 4,
    means: 'the stream is in on-demand mode',
    notify: true,
    ends: 'never: on-demand streams scale by themselves, see [below](#moving-a-stream-to-on-demand-mode)',
  },
  'stream-updating': {
    rule: 5,
    means: 'the stream is not ACTIVE, or another scaling has just begun',
    notify: false,
    ends: 'by itself, when AWS has resharded: minutes',
  },
  superseded: {
    rule: 6,
    means: 'the live alarm contradicts the message',
    notify: false,
    ends: 'by itself: the live alarm decides',
  },
  'stale-alarm': {
    rule: 7,
    means: 'the alarm fired before the last scaling',
    notify: false,
    ends: 'by itself, within ten minutes',
  },
  'alarm-drift': {
    rule: 8,
    means: 'the alarm judged by another shard count than the stream has',
    notify: false,
    ends: 'by itself: the alarm is rewritten at once',
  },
  'demand-met': {
    rule: 9,
    means: 'the policy proposes the shards that are open',
    notify: false,
    ends: 'when the load changes',
  },
  cooldown: {
    rule: 10,
    means: 'the last scaling is too recent',
    notify: true,
    ends: 'by itself, at `ends`',
  },
  'at-minimum': {
    rule: 11,
    means: 'the stream has no more than `minShards`',
    notify: true,
    ends: 'when you change the bound',
  },
  'at-maximum': {
    rule: 11,
    means: 'the stream has all of `maxShards`',
    notify: true,
    ends: 'when you change the bound',
  },
  'account-shard-limit': {
    rule: 12,
    means: 'the account has no shards left',
    notify: true,
    ends: 'when AWS raises the limit: [account shard limit](#the-account-has-no-shards-left)',
  },
  'daily-quota': {
    rule: 13,
    means: "the day's calls are spent, or only those kept for scale-up are left",
    notify: true,
    ends: 'by itself, when the oldest call is a day old: [spent quota](#the-days-calls-are-spent)',
  },
  'metrics-silent': {
    rule: 14,
    means: 'CloudWatch has no datapoints of the traffic, and nothing shows that the stream is idle',
    notify: true,
    ends: 'with the next datapoint; after six hours of silence one step a day is taken: [silent metrics](#metrics-are-silent)',
  },
  'consumer-behind': {
    rule: 15,
    means: 'a consumer is too far behind for fewer shards',
    notify: true,
    ends: 'when the consumer catches up: [consumers](#it-does-not-shrink-a-consumer-is-behind)',
  },
  'iterator-age-unknown': {
    rule: 15,
    means: 'nobody knows how far behind the consumers are',
    notify: true,
    ends: 'when the consumer publishes again: [consumers](#it-does-not-shrink-a-consumer-is-behind)',
  },
  'dry-run': {
    rule: 16,
    means: 'it would scale, and dry run is on',
    notify: true,
    ends: 'when you [turn it off](#dry-run-on-and-off)',
  },
} as const satisfies Readonly<Record<string, HoldReasonRow>>;

export type HoldReason = keyof typeof holdReasons;

export const holdReasonNames = Object.keys(holdReasons) as readonly HoldReason[];

/** The last rule: scale, or, in dry run, say so. */
export const scalingRule = holdReasons['dry-run'].rule;
