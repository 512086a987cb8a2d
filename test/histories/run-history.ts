/** Plays a history: eventful hours, then minutes in which nothing is at fault and everything must come to agree. */
import { alarmNameOf } from '../../core/alarm/alarm-definition.ts';
import type { AlarmNotification } from '../../simulator/models/cloudwatch/alarm/alarm-notification.ts';
import { eventfulMinutes, type Forgery, type History, type Step, streamName } from './history.ts';
import { CallInvariants, clockText, findDisagreements, findMissingConcurrency, findStuckAlarms } from './invariants.ts';
import { type Invocation, Invocations, type Notice, type Watcher } from './invocations.ts';
import { minuteMs, StreamAccount, startMs } from './stream-account.ts';

export interface Played {
  /** Broken invariants, each with its time; empty when all held. */
  readonly violations: readonly string[];
  /** What happened, line by line; empty unless asked for. */
  readonly lines: readonly string[];
  readonly scalings: number;
}

const reconcileEveryMinutes = 5;
/** Late answers and Lambda's retries are over after so long. */
const settleMinutes = 12;
/** Two runs of the schedule, and the time that they take. */
const agreeMinutes = 2 * reconcileEveryMinutes + 2;
const pressureMinutes = 45;
/** The reconciler re-arms after 10 minutes, at its next run, and CloudWatch needs a minute more. */
const patienceMs = (10 + reconcileEveryMinutes + 3) * minuteMs;

export async function playHistory(history: History, tell = false): Promise<Played> {
  const play = new Play(history, tell);
  await play.run();
  return { violations: play.violations, lines: play.lines, scalings: play.scalings };
}

class Play {
  readonly violations: string[] = [];
  readonly lines: string[] = [];
  scalings = 0;
  readonly #history: History;
  readonly #tell: boolean;
  readonly #account: StreamAccount;
  readonly #calls: CallInvariants;
  readonly #invocations: Invocations;
  readonly #sent: Notice[] = [];
  #load: number;
  #iteratorAgeMinutes: number | undefined = 0;
  #from = 0;

  constructor(history: History, tell: boolean) {
    this.#history = history;
    this.#tell = tell;
    this.#account = new StreamAccount(history);
    this.#calls = new CallInvariants(this.#account);
    this.#invocations = new Invocations(this.#account, history.scalerConcurrency, this.#watcher());
    this.#account.onNotification = (notification) => this.#send(notification);
    this.#load = history.openShardCount / 2;
  }

  async run(): Promise<void> {
    const account = this.#account;
    const last = eventfulMinutes + settleMinutes + agreeMinutes + pressureMinutes;
    for (let minute = 1; minute <= last; minute += 1) this.#at(minute, 0, () => this.#tick(minute));
    for (const { atMinute, step } of this.#history.steps) this.#at(atMinute, 30_000, () => this.#take(step));
    await account.clock.runUntil(startMs + eventfulMinutes * minuteMs);
    this.#endFaults();
    await account.clock.runUntil(startMs + (eventfulMinutes + settleMinutes + agreeMinutes) * minuteMs);
    for (const text of [...findDisagreements(account), ...findMissingConcurrency(account)]) this.#violate(text);
    const pressure = this.#history.noise.seed % 2 === 0 ? 0.95 : 0.05;
    this.#loadFactor = pressure;
    this.#note(() => `the load goes to ${pressure} of the capacity`);
    await account.clock.runUntil(startMs + last * minuteMs);
    for (const text of findStuckAlarms(account, this.#calls, patienceMs)) this.#violate(text);
  }

  /** Set once the faults are over: then the load follows the shards. */
  #loadFactor: number | undefined;

  #tick(minute: number): void {
    const load = this.#loadFactor === undefined ? this.#load : this.#loadFactor * this.#account.openShardCount;
    if (this.#loadFactor !== undefined) this.#account.changeMode('PROVISIONED');
    this.#account.endMinute(load, this.#iteratorAgeMinutes);
    if (this.#account.choice.policy !== 'doubling') this.#invocations.look();
    if (minute % reconcileEveryMinutes === 0) this.#invocations.reconcile('schedule');
  }

  #endFaults(): void {
    const account = this.#account;
    account.noise.quiet = true;
    this.#note(() => 'from here on nothing is at fault');
    account.choice = { ...account.choice, dryRun: false };
    this.#iteratorAgeMinutes = 0;
    this.#loadFactor = 0.5;
  }

  #at(minute: number, ms: number, run: () => void): void {
    this.#account.clock.schedule(startMs + minute * minuteMs + ms, run);
  }

  #take(step: Step): void {
    const account = this.#account;
    this.#note(
      () => `* ${JSON.stringify(step)} (${account.openShardCount} shards${account.isActive ? '' : ', UPDATING'})`,
    );
    switch (step.kind) {
      case 'load':
        this.#load = step.shards;
        break;
      case 'redeploy':
        account.choice = step.change;
        account.writeTemplateAlarms(step.templateShards);
        if (step.told) this.#invocations.reconcile('deploy');
        break;
      case 'reshard-by-hand':
        account.reshardByHand(step.factor);
        break;
      case 'update-by-hand':
        account.updateByHand(step.factor);
        break;
      case 'mode':
        account.changeMode(step.mode);
        break;
      case 'repeat-notification': {
        const notice = this.#sent.at(-1 - step.back);
        if (notice) this.#invocations.deliver(notice);
        break;
      }
      case 'forge':
        this.#invocations.deliver(this.#forge(step.forgery));
        break;
      case 'reconcile':
        this.#invocations.reconcile('schedule');
        break;
      case 'iterator-age':
        this.#iteratorAgeMinutes = step.minutes;
        break;
    }
    this.#invocations.rememberTags();
  }

  #send({ alarmName, message, atMs }: AlarmNotification): void {
    const { NewStateValue, Trigger } = JSON.parse(message);
    const s1 = Trigger.Metrics.find(({ Id }: { Id: string }) => Id === 's1')?.Expression;
    const notice: Notice = {
      alarmName,
      newState: NewStateValue,
      changedAtMs: atMs,
      judgedShardCount: Number(s1),
      forged: false,
      message,
    };
    this.#sent.push(notice);
    const { delaysMs } = this.#account.noise.delivery();
    this.#note(() => `${alarmName} ${NewStateValue}, judged ${s1}; delivered ${delaysMs.length} time(s)`);
    for (const delayMs of delaysMs)
      this.#account.clock.schedule(atMs + delayMs, () => this.#invocations.deliver(notice));
  }

  #forge({ direction, judged, minutesAhead, state }: Forgery): Notice {
    const alarmName = alarmNameOf(streamName, direction);
    const changedAtMs = this.#account.nowMs + minutesAhead * minuteMs;
    const judgedShardCount = judged === 'open' ? this.#account.openShardCount : judged;
    const metric = (Id: string, MetricName: string) => ({
      Id,
      MetricStat: {
        Metric: { Namespace: 'AWS/Kinesis', MetricName, Dimensions: [{ name: 'StreamName', value: streamName }] },
        Period: 60,
        Stat: 'Sum',
      },
    });
    const message = JSON.stringify({
      AlarmName: alarmName,
      AlarmArn: `arn:aws:cloudwatch:eu-west-1:123456789012:alarm:${alarmName}`,
      NewStateValue: state,
      StateChangeTime: new Date(changedAtMs).toISOString().replace('Z', '+0000'),
      Trigger: {
        Metrics: [
          metric('m1', 'IncomingBytes'),
          metric('m2', 'IncomingRecords'),
          ...(judgedShardCount === undefined ? [] : [{ Id: 's1', Expression: String(judgedShardCount) }]),
        ],
      },
    });
    return { alarmName, newState: state, changedAtMs, judgedShardCount, forged: true, message };
  }

  #watcher(): Watcher {
    return {
      performing: () => {
        this.#from = this.#account.openShardCount;
      },
      performed: (invocation, call) => {
        const { operation } = call;
        if (operation === 'UpdateShardCount') this.scalings += 1;
        if (operation === 'AddTagsToStream') this.#invocations.rememberTags();
        if (call.writes)
          this.#note(() => `${nameOf(invocation)} ${operation} ${call.resource}${this.#after(operation)}`);
        for (const text of this.#calls.accepted(invocation, call, this.#from))
          this.#violate(`${nameOf(invocation)}: ${text}`);
      },
      refused: (invocation, { operation, resource }, error) =>
        this.#note(() => `${nameOf(invocation)} ${operation} ${resource} refused: ${error}`),
      faulted: (invocation, { operation, resource }, fault) =>
        this.#note(() => `${nameOf(invocation)} ${operation} ${resource} meets ${fault.kind} ${fault.when} it`),
      ended: (invocation, outcome) => this.#note(() => `${nameOf(invocation)} ends: ${outcome}`),
      bug: (invocation, error) =>
        this.#violate(`${nameOf(invocation)} ends on a bug: ${error instanceof Error ? error.stack : String(error)}`),
    };
  }

  #after(operation: string): string {
    return operation === 'UpdateShardCount' ? ` from ${this.#from} to ${this.#account.targetShardCount}` : '';
  }

  #violate(text: string): void {
    this.violations.push(`${clockText(this.#account.nowMs)} ${text}`);
    this.#note(() => `!!! ${text}`);
  }

  #note(text: () => string): void {
    if (this.#tell) this.lines.push(`${clockText(this.#account.nowMs)} ${text()}`);
  }
}

function nameOf({ id, occasion }: Invocation): string {
  if (occasion.kind === 'reconcile') return `#${id} reconcile (${occasion.cause})`;
  if (occasion.kind === 'look') return `#${id} look`;
  const { alarmName, changedAtMs, forged } = occasion.notice;
  return `#${id} ${forged ? 'forged ' : ''}${alarmName} of ${clockText(changedAtMs)}`;
}
