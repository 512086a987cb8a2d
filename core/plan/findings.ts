/**
 * Everything that converge can find to differ from what should be, one row for each kind: what it means, how bad it is, and
 * the way out. The union of findings, notices, the colour of `status` and the table in docs/operations.md come from here. The
 * file is as long as the table.
 */
import type { Direction } from '../alarm/alarm-definition.ts';
import type { Fault } from '../result.ts';

/**
 * - `broken`: the stream is not scaled as its owner believes. People are notified once, and again when it is over. The
 *   metric that pages counts it.
 * - `standing`: it lasts, and somebody may have meant it. People are notified once, and again when it is over.
 * - `happened`: it is a single event. People are notified of it.
 * - `repaired`: converge repairs it.
 * - `passing`: it ends by itself.
 */
export type Severity = 'broken' | 'standing' | 'happened' | 'repaired' | 'passing';

export interface FindingRow {
  readonly severity: Severity;
  readonly means: string;
  /** Markdown, for docs/operations.md. */
  readonly wayOut: string;
}

export const findingKinds = {
  'alarm-missing': {
    severity: 'broken',
    means: 'CloudWatch has no alarm of that name: the stream is not scaled in this direction',
    wayOut: 'deploy again; a discovered stream gets its alarm back by itself',
  },
  'alarm-name-taken': {
    severity: 'broken',
    means:
      'an alarm of that name watches something else: it is never written, and the stream is not scaled in this direction',
    wayOut: 'rename the other alarm; then the alarm of the stream can be made',
  },
  'no-longer-asks': {
    severity: 'passing',
    means: 'the index of tags still names a stream that does not ask to be managed: nothing is done to it',
    wayOut: 'none: the index follows within minutes',
  },
  'alarm-drifted': {
    severity: 'repaired',
    means: 'an alarm differs from what shard count and settings say',
    wayOut: 'none: it is rewritten',
  },
  'alarm-metrics-of-others': {
    severity: 'happened',
    means: 'an alarm had metrics that are not ours; they are removed when it is rewritten',
    wayOut: 'put them into an alarm of their own',
  },
  'alarm-judged-by-old-math': {
    severity: 'repaired',
    means: 'an alarm fired by a definition that has been replaced since',
    wayOut: 'none: it is re-armed',
  },
  'alarm-tags-behind': {
    severity: 'repaired',
    means: 'the tags of an alarm do not show the last scaling',
    wayOut: 'none: they are written',
  },
  'scaling-under-way': {
    severity: 'passing',
    means: 'another invocation scales the stream at this moment',
    wayOut: 'none: it takes seconds',
  },
  'scaling-settled': {
    severity: 'passing',
    means: 'a scaling is over: the stream is ACTIVE with its target',
    wayOut: 'none',
  },
  'resharded-by-others': {
    severity: 'happened',
    means: 'somebody else changed the shard count; alarms and consumers follow, and the cooldown begins',
    wayOut: 'none, if it was meant',
  },
  'resharding-stepwise': {
    severity: 'passing',
    means:
      'shards are split or merged one by one, a step a minute; alarms and consumers follow the count that this leads to',
    wayOut: 'none: it ends by itself',
  },
  'shards-uneven': {
    severity: 'standing',
    means: 'somebody else left shards of unequal size: the stream takes in only what its largest shard allows',
    wayOut: 'none, if it was meant; the next scaling makes them even',
  },
  'stream-gone': {
    severity: 'passing',
    means: 'a discovered stream that Kinesis no longer has',
    wayOut: 'none: its alarms are removed',
  },
  'unexplained-update': {
    severity: 'passing',
    means: 'the stream is UPDATING, and no scaling of ours explains it: nothing is touched',
    wayOut: 'none: it ends with the resharding',
  },
  'concurrency-differs': {
    severity: 'repaired',
    means: 'the reserved concurrency of a consumer does not fit the shards',
    wayOut: 'none: it is set',
  },
  'concurrency-waits-for-drain': {
    severity: 'passing',
    means: 'a consumer keeps its concurrency until it has read the closed shards to their end',
    wayOut: 'none: it is lowered then',
  },
  'concurrency-stopped': {
    severity: 'standing',
    means: 'a consumer has the reserved concurrency 0: somebody stopped it, and nothing here starts it',
    wayOut: 'give it a concurrency when it is to run again',
  },
  'concurrency-set-by-others': {
    severity: 'standing',
    means: 'somebody else lowered the reserved concurrency of a consumer below what the shards need: it is left alone',
    wayOut: 'take the reservation away, or raise it to what is needed: from then on it follows the shards',
  },
  'concurrency-unknown': {
    severity: 'standing',
    means: 'a consumer reads other sources as well, and what they need is not known: its concurrency is left alone',
    wayOut: 'give each source a function of its own, or set the concurrency by hand',
  },
  'consumer-missing': {
    severity: 'broken',
    means: 'a declared consumer does not exist: no function reads the stream, or another one does',
    wayOut: 'deploy the function again, or correct its ARN in the settings or the tag of the stream',
  },
  'consumer-unmapped': {
    severity: 'standing',
    means: 'a declared consumer has no event source mapping of this stream',
    wayOut:
      'create the mapping, or take the consumer out of the settings; none is needed for pipes and workers of your own',
  },
  'concurrency-unaffordable': {
    severity: 'broken',
    means: 'the account has too little concurrency left for what the shards of a consumer need',
    wayOut: 'raise the quota "Concurrent executions", or free reserved concurrency elsewhere',
  },
  'tag-faults': {
    severity: 'standing',
    means: 'tags of the stream cannot be used: the values of the deployment stay in force',
    wayOut: 'correct the tags that `explain` lists',
  },
} as const satisfies Readonly<Record<string, FindingRow>>;

export type FindingKind = keyof typeof findingKinds;

/** The operands of each kind, as reports, log lines and `explain` show them. */
interface FindingOperands {
  'alarm-missing': { readonly direction: Direction };
  'alarm-name-taken': { readonly alarmName: string };
  'no-longer-asks': object;
  'alarm-drifted': { readonly alarmName: string; readonly differs: readonly string[] };
  'alarm-metrics-of-others': { readonly alarmName: string; readonly ids: readonly string[] };
  'alarm-judged-by-old-math': { readonly alarmName: string };
  'alarm-tags-behind': { readonly alarmName: string };
  'scaling-under-way': object;
  'scaling-settled': { readonly openShardCount: number };
  'resharded-by-others': { readonly before: number | undefined; readonly openShardCount: number };
  'resharding-stepwise': { readonly openShardCount: number; readonly from: number; readonly to: number };
  'shards-uneven': { readonly openShardCount: number; readonly servingShards: number };
  'stream-gone': object;
  'unexplained-update': { readonly openShardCount: number };
  'concurrency-differs': {
    readonly functionName: string;
    readonly reserved: number | undefined;
    readonly wanted: number;
  };
  'concurrency-waits-for-drain': { readonly functionName: string; readonly reserved: number; readonly wanted: number };
  'concurrency-stopped': { readonly functionName: string };
  'concurrency-set-by-others': { readonly functionName: string; readonly reserved: number; readonly wanted: number };
  'concurrency-unknown': { readonly functionName: string };
  'consumer-missing': { readonly functionName: string };
  'consumer-unmapped': { readonly functionName: string };
  'concurrency-unaffordable': { readonly functionName: string; readonly wanted: number; readonly affordable: number };
  /**
   * Only when they differ from those of which people were notified last; no faults means that all tags are valid again.
   * `mark` is their fingerprint: logs show it by this name.
   */
  'tag-faults': { readonly faults: readonly Fault[]; readonly mark: string };
}

export type Finding = { [K in FindingKind]: { readonly kind: K } & FindingOperands[K] }[FindingKind];

export function severityOf({ kind }: Finding): Severity {
  return findingKinds[kind].severity;
}

/** Whether the stream is not scaled as its owner believes. */
export function isBroken(findings: readonly Finding[]): boolean {
  return findings.some((finding) => severityOf(finding) === 'broken');
}

/**
 * What is wrong now, as one text. It stays the same while the same things are wrong, so it has no figures that change from
 * one reconcile to the next. Empty where nothing is wrong. Tag faults have a notice of their own.
 */
export function describeProblems(findings: readonly Finding[]): string {
  return describe(findings, ['broken', 'standing']);
}

/** What has happened since the last reconcile. Empty where nothing has. */
export function describeHappened(findings: readonly Finding[]): string {
  return describe(findings, ['happened']);
}

function describe(findings: readonly Finding[], severities: readonly Severity[]): string {
  const chosen = findings.filter(
    (finding) => finding.kind !== 'tag-faults' && severities.includes(severityOf(finding)),
  );
  return [...new Set(chosen.map(nameFinding))].sort().join(', ');
}

function nameFinding(finding: Finding): string {
  if (finding.kind === 'resharded-by-others') {
    return `resharded by others${finding.before === undefined ? '' : ` from ${finding.before}`} to ${finding.openShardCount} shards`;
  }
  const about = 'alarmName' in finding ? finding.alarmName : 'functionName' in finding ? finding.functionName : '';
  const direction = 'direction' in finding ? `scale-${finding.direction}` : '';
  return [finding.kind, about, direction].filter((word) => word !== '').join(' ');
}
