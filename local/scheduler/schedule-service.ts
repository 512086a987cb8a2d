/** EventBridge rules with a schedule, and EventBridge Scheduler's schedules: they invoke functions by the clock. */
import { randomUUID } from 'node:crypto';
import { AwsServiceError } from '../../simulator/models/aws-service-error.ts';
import type { ScheduledEvent, Scheduler } from '../../simulator/models/clock.ts';
import { arnOf, type LocalAccount } from '../account.ts';
import { nextTime, parseScheduleExpression, type ScheduleExpression } from './schedule-expression.ts';

export interface ScheduleDefinition {
  readonly name: string;
  /** A rule starts one period after it was made; a schedule of Scheduler at once. */
  readonly kind: 'rule' | 'schedule';
  readonly expression: string;
  readonly timeZone?: string;
  readonly enabled: boolean;
  readonly targets: readonly { readonly functionArn: string; readonly input?: string }[];
}

export interface ScheduleHost {
  readonly account: LocalAccount;
  readonly clock: Scheduler;
  /** @throws AwsServiceError if the function does not exist or must not be invoked. */
  readonly invoke: (functionArn: string, payload: string, kind: ScheduleDefinition['kind'], sourceArn: string) => void;
}

interface Entry {
  readonly definition: ScheduleDefinition;
  readonly expression: ScheduleExpression;
  readonly startMs: number;
  next?: ScheduledEvent;
}

export class ScheduleService {
  /** Invocations that could not be made, with the reason. */
  readonly failures: { readonly name: string; readonly atMs: number; readonly reason: string }[] = [];
  readonly #host: ScheduleHost;
  readonly #entries = new Map<string, Entry>();

  constructor(host: ScheduleHost) {
    this.#host = host;
  }

  list(): readonly ScheduleDefinition[] {
    return [...this.#entries.values()].map(({ definition }) => definition);
  }

  /** Replaces one of the same name. @throws AwsServiceError ValidationException for a bad expression. */
  put(definition: ScheduleDefinition): void {
    const expression = parseScheduleExpression(definition.expression, definition.timeZone);
    this.delete(definition.name);
    const startMs = this.#host.clock.nowMs();
    const entry = { definition, expression, startMs };
    this.#entries.set(definition.name, entry);
    if (definition.enabled) this.#arm(entry, definition.kind === 'schedule' ? startMs - 1 : startMs);
  }

  delete(name: string): void {
    const next = this.#entries.get(name)?.next;
    if (next !== undefined) this.#host.clock.cancel(next);
    this.#entries.delete(name);
  }

  stop(): void {
    for (const name of [...this.#entries.keys()]) this.delete(name);
  }

  #arm(entry: Entry, afterMs: number): void {
    const atMs = nextTime(entry.expression, entry.startMs, afterMs);
    if (atMs === undefined) return;
    entry.next = this.#host.clock.schedule(atMs, () => {
      this.#arm(entry, atMs);
      this.#fire(entry.definition, atMs);
    });
  }

  #fire({ name, kind, targets }: ScheduleDefinition, atMs: number): void {
    const { account } = this.#host;
    const sourceArn =
      kind === 'rule'
        ? arnOf(account, 'events', `rule/${name}`)
        : arnOf(account, 'scheduler', `schedule/default/${name}`);
    for (const { functionArn, input } of targets) {
      try {
        const event = input?.replaceAll(scheduledTime, isoSeconds(atMs)) ?? scheduledEvent(account, sourceArn, atMs);
        this.#host.invoke(functionArn, event, kind, sourceArn);
      } catch (error) {
        if (!(error instanceof AwsServiceError)) throw error;
        this.failures.push({ name, atMs, reason: `${error.name}: ${error.message}` });
      }
    }
  }
}

/** What Scheduler puts in its place in a target's input (EventBridge Scheduler user guide, context attributes). */
const scheduledTime = '<aws.scheduler.scheduled-time>';

function isoSeconds(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** What a rule sends without an input of its own. */
function scheduledEvent(account: LocalAccount, sourceArn: string, atMs: number): string {
  return JSON.stringify({
    version: '0',
    id: randomUUID(),
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: account.accountId,
    time: isoSeconds(atMs),
    region: account.region,
    resources: [sourceArn],
    detail: {},
  });
}
