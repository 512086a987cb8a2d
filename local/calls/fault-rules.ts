/** Faults that a user or a test wants: `CALL=ERROR[:TIMES]`. */
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
  /** How many calls it hits; Infinity for all. */
  readonly times: number;
}

const PATTERN = /^(?:([a-z]+):)?([A-Za-z]+)=([A-Za-z0-9._-]+)(?::(\d+))?$/;

/**
 * @param text such as `UpdateShardCount=LimitExceededException:2`, `cloudwatch:PutMetricAlarm=timeout`. The error is an
 *   AWS error code, `500`, `timeout`, `reset` or `kill`; the last three take `-after` for a call that had its effect.
 * @returns the rule, or what is wrong with the text.
 */
export function parseFaultRule(text: string): FaultRule | string {
  const match = PATTERN.exec(text);
  if (match === null) return `"${text}" is not CALL=ERROR[:TIMES], such as UpdateShardCount=LimitExceededException:2`;
  const [, service, operation = '', error = '', times] = match;
  const known = SERVICE_NAMES.find((name) => name === service);
  if (service !== undefined && known === undefined) {
    return `"${service}" in "${text}" is no service of local AWS: ${SERVICE_NAMES.join(', ')}`;
  }
  if (times === '0') return `"${text}" would never happen: TIMES is 1 or more`;
  return {
    ...(known === undefined ? {} : { service: known }),
    operation,
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

  /** The fault that hits this call, if any; it counts as used. */
  take(call: ApiCall): Fault | undefined {
    const entry = this.#rules.find(
      ({ rule, left }) =>
        left > 0 &&
        rule.operation === call.operation &&
        (rule.service ?? call.service) === call.service &&
        (rule.matches?.(call) ?? true),
    );
    if (entry === undefined) return undefined;
    entry.left -= 1;
    return entry.rule.fault;
  }
}
