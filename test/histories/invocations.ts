/**
 * The deployed functions as Lambda runs them asynchronously: so many at once, a failed or killed one again after one and
 * after two minutes. Each call of an invocation goes through the history's noise, and is told to the watcher.
 */

import type { ScalingReport } from '../../core/report/scaling-report.ts';
import type { ScalerContext } from '../../lambda/context.ts';
import type { ReconcileCause } from '../../lambda/events.ts';
import { pacePorts } from '../../lambda/pacing.ts';
import type { Clock } from '../../lambda/ports.ts';
import { handleAlarm } from '../../lambda/triggers/alarm-notification.ts';
import { checkLoad } from '../../lambda/triggers/load-check.ts';
import { reconcileStreams } from '../../lambda/triggers/reconcile-streams.ts';
import { asServiceException, type Carrier, type ModelCall } from '../../simulator/in-process-clients.ts';
import { AwsServiceError } from '../../simulator/models/aws-service-error.ts';
import type { DeploymentChoice } from './history.ts';
import { streamName } from './history.ts';
import { errorOf, type Fault } from './noise.ts';
import type { StreamAccount } from './stream-account.ts';

/** What set an invocation off. */
export type Occasion =
  | { readonly kind: 'alarm'; readonly notice: Notice }
  | { readonly kind: 'look' }
  | { readonly kind: 'reconcile'; readonly cause: ReconcileCause };

export interface Notice {
  readonly alarmName: string;
  readonly newState: string;
  readonly changedAtMs: number;
  readonly judgedShardCount: number | undefined;
  readonly forged: boolean;
  readonly message: string;
}

export interface Invocation {
  readonly id: number;
  readonly occasion: Occasion;
  readonly startedAtMs: number;
  readonly choice: DeploymentChoice;
  dead: boolean;
}

export interface Watcher {
  /** Just before a call is carried out; `performed` follows when AWS accepted it. */
  readonly performing: (invocation: Invocation, call: ModelCall) => void;
  readonly performed: (invocation: Invocation, call: ModelCall) => void;
  readonly refused: (invocation: Invocation, call: ModelCall, error: unknown) => void;
  readonly faulted: (invocation: Invocation, call: ModelCall, fault: Fault) => void;
  readonly ended: (invocation: Invocation, outcome: string) => void;
  readonly bug: (invocation: Invocation, error: unknown) => void;
}

const retriesAfterMs = [60_000, 120_000] as const;

export class Invocations {
  readonly #account: StreamAccount;
  readonly #watcher: Watcher;
  readonly #scalerConcurrency: number;
  /** Alarms and load checks wait in one line: they are events of one function. */
  readonly #waiting: { readonly event: Notice | 'look'; readonly attempt: number }[] = [];
  readonly #alarmsBusyUntilMs = new Map<string, number>();
  #scalers = 0;
  #running = 0;
  #invoked = 0;

  constructor(account: StreamAccount, scalerConcurrency: number, watcher: Watcher) {
    this.#account = account;
    this.#scalerConcurrency = scalerConcurrency;
    this.#watcher = watcher;
  }

  get running(): number {
    return this.#running;
  }

  deliver(notice: Notice, attempt = 0): void {
    this.#waiting.push({ event: notice, attempt });
    this.#startWaiting();
  }

  look(): void {
    this.#waiting.push({ event: 'look', attempt: 0 });
    this.#startWaiting();
  }

  reconcile(cause: ReconcileCause, attempt = 0): void {
    const work = async (context: ScalerContext) => {
      const fleet = { streamNames: [streamName], tags: undefined, newAlarm: undefined, failures: [] };
      const paced = { ...context, ports: pacePorts(context.ports, context.clock) };
      const { reports } = await reconcileStreams(fleet, { cause, timeIsUp: () => false }, paced);
      for (const { failures } of reports) assertNoBug(failures);
      return {
        outcome: reports.map(({ outcome }) => outcome).join(),
        needsRetry: reports.some((each) => each.needsRetry),
      };
    };
    this.#run({ kind: 'reconcile', cause }, work, (again) => {
      if (again) this.#later(attempt, () => this.reconcile(cause, attempt + 1));
    });
  }

  #startWaiting(): void {
    while (this.#scalers < this.#scalerConcurrency) {
      const next = this.#waiting.shift();
      if (!next) return;
      const { event, attempt } = next;
      this.#scalers += 1;
      const end = (again: boolean) => {
        this.#scalers -= 1;
        if (again && event !== 'look') this.#later(attempt, () => this.deliver(event, attempt + 1));
        this.#startWaiting();
      };
      if (event === 'look') this.#run({ kind: 'look' }, look, end);
      else this.#run({ kind: 'alarm', notice: event }, (context) => this.#answer(event, context), end);
    }
  }

  async #answer({ message }: Notice, context: ScalerContext) {
    const report = await handleAlarm({ messageId: String(this.#invoked), message }, context);
    const { decision } = report;
    return {
      ...report,
      outcome: decision?.kind === 'hold' ? `${report.outcome}: ${decision.reason}` : report.outcome,
    };
  }

  #run(
    occasion: Occasion,
    work: (context: ScalerContext) => Promise<{ readonly outcome: string; readonly needsRetry: boolean }>,
    end: (again: boolean) => void,
  ): void {
    const account = this.#account;
    this.#invoked += 1;
    this.#running += 1;
    const invocation: Invocation = {
      id: this.#invoked,
      occasion,
      startedAtMs: account.nowMs,
      choice: account.choice,
      dead: false,
    };
    const death = Promise.withResolvers<never>();
    death.promise.catch(() => {});
    const carry = this.#carrier(invocation, () => death.reject(killed));
    const ports = account.ports(carry);
    const context = {
      deployment: account.deployment(),
      account: account.account,
      ports,
      clock: clockOf(account),
      loadCache: account.loadCache,
    };
    Promise.race([work(context), death.promise])
      .then(({ outcome, needsRetry }) => {
        this.#watcher.ended(invocation, outcome);
        return needsRetry;
      })
      .catch((error: unknown) => {
        if (error === killed) this.#watcher.ended(invocation, 'killed');
        else this.#watcher.bug(invocation, error);
        return true;
      })
      .then((again) => {
        this.#running -= 1;
        end(again);
      });
  }

  #later(attempt: number, run: () => void): void {
    const waitMs = retriesAfterMs[attempt];
    if (waitMs !== undefined) this.#account.clock.schedule(this.#account.nowMs + waitMs, run);
  }

  #carrier(invocation: Invocation, die: () => void): Carrier {
    const meet = async (fault: Fault): Promise<never> => {
      const error = errorOf(fault);
      if (error) throw error;
      invocation.dead = true;
      die();
      return await never();
    };
    return async (call) => {
      const fault = this.#account.noise.fault();
      await this.#travel(invocation);
      if (fault) this.#watcher.faulted(invocation, call, fault);
      if (fault?.when === 'before') return await meet(fault);
      const answer = this.#perform(invocation, call);
      await this.#travel(invocation);
      if (fault) return await meet(fault);
      if ('error' in answer) throw answer.error;
      return answer.value;
    };
  }

  async #travel(invocation: Invocation): Promise<void> {
    await this.#account.pass(this.#account.noise.latencyMs());
    if (invocation.dead) await never();
  }

  #perform(invocation: Invocation, call: ModelCall): { readonly value: object } | { readonly error: unknown } {
    this.#watcher.performing(invocation, call);
    try {
      this.#claimAlarm(call);
      const value = call.operation === 'ListTagsForStream' ? this.#staleTags() : call.perform();
      this.#watcher.performed(invocation, call);
      return { value };
    } catch (error) {
      this.#watcher.refused(invocation, call, error);
      return { error: asServiceException(error) };
    }
  }

  /** CloudWatch works for a moment on a write to an alarm, and refuses a second one meanwhile. */
  #claimAlarm({ operation, resource }: ModelCall): void {
    if (operation !== 'PutMetricAlarm' && operation !== 'SetAlarmState') return;
    const { nowMs } = this.#account;
    if ((this.#alarmsBusyUntilMs.get(resource) ?? 0) > nowMs)
      throw new AwsServiceError('ValidationError', 'A separate request to update this alarm is in progress');
    this.#alarmsBusyUntilMs.set(resource, nowMs + alarmWriteMs);
  }

  readonly #tagHistory: { readonly atMs: number; readonly tags: object }[] = [];

  rememberTags(): void {
    this.#tagHistory.push({ atMs: this.#account.nowMs, tags: this.#account.stream.tags.list() });
    if (this.#tagHistory.length > tagVersionsKept) this.#tagHistory.shift();
  }

  #staleTags(): object {
    const asOfMs = this.#account.nowMs - this.#account.noise.stalenessMs();
    const Tags = this.#tagHistory.findLast(({ atMs }) => atMs <= asOfMs)?.tags ?? [];
    return { Tags, HasMoreTags: false };
  }
}

/** Shorter than the way of any two calls in a row. */
const alarmWriteMs = 2;
const tagVersionsKept = 50;
const killed = new Error('the process was killed');
/** What a dead process waits for; a promise of its own, or the one of all would keep every process that ever died. */
const never = () => new Promise<never>(() => {});

function clockOf(account: StreamAccount): Clock {
  return { nowMs: () => account.nowMs, monotonicMs: () => account.nowMs, sleep: (ms) => account.pass(ms) };
}

function assertNoBug(failures: readonly { readonly code: string; readonly message: string }[]): void {
  const bug = failures.find(({ code }) => code === 'Bug');
  if (bug) throw new Error(bug.message);
}

/** The deployment names its stream: nothing is asked of the account. */

async function look(context: ScalerContext) {
  const reports: ScalingReport[] = [];
  await checkLoad(context, (report) => reports.push(report));
  for (const { failures } of reports) assertNoBug(failures);
  return { outcome: `looked: ${reports.map(({ outcome }) => outcome).join() || 'met'}`, needsRetry: false };
}
