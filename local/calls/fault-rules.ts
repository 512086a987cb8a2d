/** Faults that a user or a test wants: `CALL=ERROR[:TIMES]`, or `PutRecords.record=ERROR[:TIMES]` for single records. */
import type { ApiCall, ServiceName } from '../wire/api-call.ts';
import { SERVICE_NAMES } from '../wire/api-call.ts';

/**
 * `error`: the call is refused with that AWS error code and has no effect. `no-answer`: the caller waits until it gives
 * up. `reset`: the connection breaks. `kill`: the process of the calling function dies. The last three happen before
 * the call has an effect, or after it.
 */
export type Fault =
  | { readonly kind: 'error'; readonly code: string }
  | { readonly kind: 'no-answer' | 'reset' | 'kill'; readonly when: 'before' | 'after' };

export interface FaultRule {
  /** Any service if absent. */
  readonly service?: ServiceName;
  readonly operation: string;
  readonly fault: Fault;
  /** Narrows it to the calls that it accepts, such as those on one resource. */
  readonly matches?: (call: ApiCall) => boolean;
  /** It hits single records of the call, which itself succeeds. */
  readonly perRecord?: boolean;
  /** How many calls (or records) it hits; Infinity for all. */
  readonly times: number;
}

const PATTERN = /^(?:([a-z]+):)?([A-Za-z]+)(\.record)?=([A-Za-z0-9._-]+)(?::(\d+))?$/;
/** The errors that a record of PutRecords can have. */
const RECORD_ERRORS = ['ProvisionedThroughputExceededException', 'InternalFailure'];

/**
 * @param text such as `UpdateShardCount=LimitExceededException:2`, `cloudwatch:PutMetricAlarm=timeout`. The error is an
 *   AWS error code, `500`, `timeout`, `reset` or `kill`; the last three take `-after` for a call that had its effect.
 * @returns the rule, or what is wrong with the text.
 */
export function parseFaultRule(text: string): FaultRule | string {
  const match = PATTERN.exec(text);
  if (match === null) return `"${text}" is not CALL=ERROR[:TIMES], such as UpdateShardCount=LimitExceededException:2`;
  const [, service, operation = '', record, error = '', times] = match;
  const known = SERVICE_NAMES.find((name) => name === service);
  if (service !== undefined && known === undefined) {
    return `"${service}" in "${text}" is no service of local AWS: ${SERVICE_NAMES.join(', ')}`;
  }
  if (record !== undefined && (operation !== 'PutRecords' || !RECORD_ERRORS.includes(error))) {
    return `"${text}": single records fail in PutRecords, with ${RECORD_ERRORS.join(' or ')}`;
  }
  if (times === '0') return `"${text}" would never happen: TIMES is 1 or more`;
  return {
    ...(known === undefined ? {} : { service: known }),
    operation,
    ...(record === undefined ? {} : { perRecord: true }),
    fault: parseFault(error),
    times: times === undefined ? Number.POSITIVE_INFINITY : Number(times),
  };
}

function parseFault(error: string): Fault {
  const when = error.endsWith('-after') ? 'after' : 'before';
  switch (error.replace(/-after$/, '')) {
    case '500':
      return { kind: 'error', code: 'InternalFailure' };
    case 'timeout':
      return { kind: 'no-answer', when };
    case 'reset':
      return { kind: 'reset', when };
    case 'kill':
      return { kind: 'kill', when };
    default:
      return { kind: 'error', code: error };
  }
}

export class FaultRules {
  readonly #rules: { readonly rule: FaultRule; left: number }[] = [];

  /** @returns takes the rule away again. */
  add(rule: FaultRule): () => void {
    const entry = { rule, left: rule.times };
    this.#rules.push(entry);
    return () => {
      entry.left = 0;
    };
  }

  clear(): void {
    this.#rules.length = 0;
  }

  /** The fault that hits the whole call, if any; it counts as used. */
  take(call: ApiCall): Fault | undefined {
    return this.#take(call, false);
  }

  /** The error code that hits the next record of this call, if any; it counts as used. */
  takeForRecord(call: ApiCall): string | undefined {
    const fault = this.#take(call, true);
    return fault?.kind === 'error' ? fault.code : undefined;
  }

  #take(call: ApiCall, perRecord: boolean): Fault | undefined {
    const entry = this.#rules.find(
      ({ rule, left }) =>
        left > 0 &&
        (rule.perRecord ?? false) === perRecord &&
        rule.operation === call.operation &&
        (rule.service ?? call.service) === call.service &&
        (rule.matches?.(call) ?? true),
    );
    if (entry === undefined) return undefined;
    entry.left -= 1;
    return entry.rule.fault;
  }
}
