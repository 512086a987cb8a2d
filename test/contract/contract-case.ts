import type { Subject, SubjectName } from './subject.ts';

/** What a subject must have to be asked. */
export type Need =
  | 'cloudwatch'
  | 'lambda'
  | 'time'
  | 'watching'
  | 'many-shards'
  | 'call-rates'
  | 'records'
  | 'sns'
  /** A change of shards lasts until the case is over, however slowly it runs. */
  | 'updating';

/** One line of what AWS does, asked of every subject that can answer it. */
export interface ContractCase {
  /** A sentence about AWS; differences.ts names cases by it. */
  readonly says: string;
  /** Names in core/aws-facts.ts, kinesis-facts.ts and cloudwatch-facts.ts of what it shows. */
  readonly facts: readonly string[];
  readonly needs: readonly Need[];
  /** Throws where the subject does otherwise. @param name for streams, alarms and functions of this case alone. */
  readonly check: (subject: Subject, name: string) => Promise<void>;
}

/**
 * What each subject has. `throttling` is local AWS with AWS's call rates in force. kinesis-local's time is the machine's: one
 * is done with each change at once, the other never.
 */
const capabilities: Readonly<Record<SubjectName, readonly Need[]>> = {
  models: ['cloudwatch', 'time', 'watching', 'many-shards', 'updating'],
  'local-aws': ['cloudwatch', 'lambda', 'time', 'watching', 'many-shards', 'records', 'sns', 'updating'],
  throttling: ['cloudwatch', 'lambda', 'time', 'call-rates'],
  'kinesis-local': [],
  'kinesis-local-updating': ['updating'],
  moto: ['cloudwatch', 'lambda', 'records', 'sns', 'updating'],
};

export function isAsked(subject: SubjectName, { needs }: ContractCase): boolean {
  if (subject === 'throttling' && !needs.includes('call-rates')) return false;
  if (subject === 'kinesis-local-updating' && !needs.includes('updating')) return false;
  return needs.every((need) => capabilities[subject].includes(need));
}

/** For a case that needs it: the runner asks only subjects that have it. */
export function having<T>(part: T | undefined): T {
  if (part === undefined) throw new TypeError('this subject was not to be asked');
  return part;
}
