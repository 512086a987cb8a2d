/**
 * Where an implementation that others wrote is known to do otherwise than AWS. A case that is listed here must really
 * differ, so that the list cannot go stale. Our own models and local AWS have no place in it.
 */
import type { SubjectName } from './subject.ts';

export interface Difference {
  readonly subject: Extract<SubjectName, 'kinesis-local' | 'kinesis-local-updating' | 'moto'>;
  readonly says: string;
  readonly reason: string;
}

export const differences: readonly Difference[] = [
  {
    subject: 'kinesis-local',
    says: 'UpdateShardCount reaches not below half of the open count, so ceil(n/2) for an odd one',
    reason: 'rounds half of an odd count down',
  },
  {
    subject: 'kinesis-local',
    says: 'the eleventh UpdateShardCount in 24 h is refused',
    reason: 'does not count calls',
  },
  { subject: 'kinesis-local-updating', says: 'tags are refused while UPDATING', reason: 'takes tags in any state' },
  {
    subject: 'kinesis-local',
    says: 'an ON_DEMAND stream refuses UpdateShardCount',
    reason: 'reshards a stream in any mode',
  },
  { subject: 'kinesis-local', says: 'a call takes 50 tags', reason: 'takes ten, as AWS once did' },
  {
    subject: 'kinesis-local',
    says: 'a tag’s key has up to 128 characters, its value up to 255',
    reason: 'takes a value of 256 characters',
  },
  {
    subject: 'kinesis-local',
    says: 'a tag takes letters, digits, white space and _ . / = + - @, and no colon',
    reason: 'takes colons',
  },
  {
    subject: 'moto',
    says: 'the subject of a message has less than 100 characters',
    reason: 'takes a hundred characters',
  },
  { subject: 'moto', says: 'UpdateShardCount reaches at most twice the open count', reason: 'has no limit of steps' },
  {
    subject: 'moto',
    says: 'UpdateShardCount reaches not below half of the open count, so ceil(n/2) for an odd one',
    reason: 'has no limit of steps',
  },
  { subject: 'moto', says: 'the eleventh UpdateShardCount in 24 h is refused', reason: 'does not count calls' },
  {
    subject: 'moto',
    says: 'while UPDATING a further UpdateShardCount is refused',
    reason: 'reshards at once: no stream is ever UPDATING',
  },
  { subject: 'moto', says: 'tags are refused while UPDATING', reason: 'reshards at once: no stream is ever UPDATING' },
  { subject: 'moto', says: 'a stream takes 50 tags', reason: 'does not count tags' },
  { subject: 'moto', says: 'a call takes 50 tags', reason: 'does not count tags' },
  {
    subject: 'moto',
    says: 'a record has up to 1 MiB with its partition key',
    reason: 'does not count the partition key',
  },
  {
    subject: 'moto',
    says: 'a tag’s key has up to 128 characters, its value up to 255',
    reason: 'does not read keys and values of tags',
  },
  {
    subject: 'moto',
    says: 'a tag takes letters, digits, white space and _ . / = + - @, and no colon',
    reason: 'does not read keys and values of tags',
  },
  {
    subject: 'moto',
    says: 'PutMetricAlarm on an existing name replaces the whole definition and keeps the state',
    reason: 'a rewritten alarm begins anew, as OK',
  },
  {
    subject: 'moto',
    says: 'PutMetricAlarm on a name that no alarm has creates one',
    reason: 'a new alarm is OK at once',
  },
  {
    subject: 'moto',
    says: 'PutMetricAlarm sets tags on creation only',
    reason: 'replaces the tags of an existing alarm',
  },
  {
    subject: 'moto',
    says: 'DescribeAlarms has StateTransitionedTimestamp and AlarmConfigurationUpdatedTimestamp',
    reason: 'leaves StateTransitionedTimestamp out until a state was set',
  },
  { subject: 'moto', says: 'a resource takes 50 tags', reason: 'does not count tags' },
  {
    subject: 'moto',
    says: 'an alarm looks back a day at most, a week where its period is an hour or more',
    reason: 'does not check the window',
  },
  {
    subject: 'moto',
    says: 'a metric-math alarm returns exactly one of its metrics',
    reason: 'does not check metric math',
  },
  { subject: 'moto', says: 'a state has five actions at most', reason: 'does not count actions' },
  { subject: 'moto', says: 'DescribeAlarms takes a hundred names', reason: 'does not count names' },
  {
    subject: 'moto',
    says: 'a namespace that begins with AWS/ takes no metric of ours',
    reason: 'takes metrics in reserved namespaces',
  },
  {
    subject: 'moto',
    says: 'reserved concurrency leaves 100 unreserved in the account',
    reason: 'does not answer GetAccountSettings',
  },
  { subject: 'moto', says: 'an event source runs up to 10 invocations a shard', reason: 'does not check the factor' },
  {
    subject: 'moto',
    says: 'DescribeAlarms gives 50 alarms a page where it is not asked for more',
    reason: 'has pages of a hundred',
  },
];
