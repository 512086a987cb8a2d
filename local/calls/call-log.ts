/** What was called, by whom, and how it ended: kept for tests, benchmarks and the ready line's counters. */
import type { ApiCall, Caller, ServiceName } from '../wire/api-call.ts';

export interface CallRecord {
  readonly service: ServiceName;
  readonly operation: string;
  readonly atMs: number;
  readonly caller: Caller;
  /** Whether the operation changes something in AWS. */
  readonly writing: boolean;
  /** `ok`, an AWS error code, or the fault that took the answer away. */
  readonly outcome: string;
}

const READING = /^(Describe|Get|List|Filter|Receive)/;

export class CallLog {
  readonly #records: CallRecord[] = [];
  #listeners: ((record: CallRecord) => void)[] = [];

  get records(): readonly CallRecord[] {
    return this.#records;
  }

  /** @returns stops it. */
  onCall(listener: (record: CallRecord) => void): () => void {
    this.#listeners.push(listener);
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== listener);
    };
  }

  add(call: ApiCall, atMs: number, outcome: string): void {
    const { service, operation, caller } = call;
    const record = { service, operation, atMs, caller, writing: isWriting(operation), outcome };
    this.#records.push(record);
    for (const listener of this.#listeners) listener(record);
  }

  /** How often each `service:operation` was called, by those records that match. */
  count(matches: (record: CallRecord) => boolean = () => true): Readonly<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const record of this.#records) {
      if (!matches(record)) continue;
      const key = `${record.service}:${record.operation}`;
      counts[key] = (counts[key] ?? 0) + 1;
    }
    return counts;
  }

  clear(): void {
    this.#records.length = 0;
  }
}

export function isWriting(operation: string): boolean {
  return !READING.test(operation);
}
