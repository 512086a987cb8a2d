import type {
  DeleteAlarmsInput,
  DescribeAlarmHistoryInput,
  DescribeAlarmHistoryOutput,
  DescribeAlarmsForMetricInput,
  DescribeAlarmsForMetricOutput,
  DescribeAlarmsInput,
  DescribeAlarmsOutput,
  PutMetricAlarmInput,
  SetAlarmStateInput,
} from '@aws-sdk/client-cloudwatch';
import { AwsServiceError } from '../../aws-service-error.ts';
import type { Clock } from '../../clock.ts';
import type { CloudWatchFacts } from '../cloudwatch-facts.ts';
import { Constraints, permitted } from '../constraints.ts';
import type { MetricStore } from '../metric/metric-store.ts';
import type { TagService } from '../tag-service.ts';
import { AlarmHistory } from './alarm-history.ts';
import { AlarmModel, type BoundDefinition } from './alarm-model.ts';
import { type AccountPlace, type AlarmNotification, notificationsOf } from './alarm-notification.ts';
import { planAlarm } from './alarm-plan.ts';
import { describeAlarms, describeAlarmsForMetric, describeHistories } from './alarm-queries.ts';
import { STATE_VALUES, type StateChange } from './alarm-reason.ts';

export interface AlarmServiceParts {
  readonly clock: Clock;
  readonly account: AccountPlace;
  readonly facts: CloudWatchFacts;
  readonly metrics: MetricStore;
  readonly tags: TagService;
  readonly notify: (notification: AlarmNotification) => void;
}

const MOST_DEFINED = 100;

/** The alarm calls of CloudWatch, and the evaluation that it makes every minute. */
export class AlarmService {
  readonly #parts: AlarmServiceParts;
  readonly #alarms = new Map<string, AlarmModel>();
  readonly #histories = new Map<string, AlarmHistory>();
  /** Definitions that were found good, by their text. */
  readonly #defined = new Map<string, BoundDefinition>();

  constructor(parts: AlarmServiceParts) {
    this.#parts = parts;
  }

  put(input: PutMetricAlarmInput): void {
    const { facts, clock, tags } = this.#parts;
    const definition = this.#define(input);
    this.#checkRegions(input);
    const name = input.AlarmName ?? '';
    const known = this.#alarms.get(name);
    if (known !== undefined) {
      // Tags count on creation only: to change those of an existing alarm takes TagResource.
      known.configure(definition, clock.nowMs());
      known.history.recordConfiguration('Update', definition.input, clock.nowMs());
      return;
    }
    if (this.#alarms.size >= facts.maxAlarms)
      throw new AwsServiceError('LimitExceededFault', 'The maximum limit for alarms has been reached.');
    tags.create(this.arnOf(name), input.Tags ?? []);
    const history = this.#historyOf(name);
    this.#alarms.set(name, new AlarmModel(this.arnOf(name), definition, facts, history, clock.nowMs()));
    history.recordConfiguration('Create', definition.input, clock.nowMs());
  }

  alarm(name: string): AlarmModel | undefined {
    return this.#alarms.get(name);
  }

  describe(input: DescribeAlarmsInput): DescribeAlarmsOutput {
    return describeAlarms(this.#alarms, input, this.#parts.facts);
  }

  describeForMetric(input: DescribeAlarmsForMetricInput): DescribeAlarmsForMetricOutput {
    return describeAlarmsForMetric(this.#alarms, input);
  }

  describeHistory(input: DescribeAlarmHistoryInput): DescribeAlarmHistoryOutput {
    return describeHistories(this.#histories, input);
  }

  setState(input: SetAlarmStateInput): void {
    const constraints = new Constraints();
    constraints.length('alarmName', input.AlarmName, 1, 255);
    constraints.oneOf('stateValue', input.StateValue, STATE_VALUES);
    constraints.length('stateReason', input.StateReason, 0, 1023);
    constraints.check();
    if (input.StateReasonData !== undefined && !isJson(input.StateReasonData))
      throw new AwsServiceError('InvalidFormatFault', 'The StateReasonData must be valid JSON.');
    const alarm = this.#alarms.get(input.AlarmName ?? '');
    const state = permitted(STATE_VALUES, input.StateValue);
    if (alarm === undefined || state === undefined)
      throw new AwsServiceError('ResourceNotFound', `Unknown alarm: ${input.AlarmName}`);
    const reason = { text: input.StateReason ?? '', data: input.StateReasonData };
    this.#act(alarm, alarm.setState(state, reason, this.#parts.clock.nowMs()));
  }

  /** Deletes all or none. */
  delete(input: DeleteAlarmsInput): void {
    const names = this.#namesOf(input.AlarmNames);
    const unknown = names.filter((name) => !this.#alarms.has(name));
    if (unknown.length > 0) throw new AwsServiceError('ResourceNotFound', `Unknown alarm(s): ${unknown.join(', ')}`);
    for (const name of names) {
      const alarm = this.#alarms.get(name);
      if (alarm === undefined) continue;
      alarm.history.recordConfiguration('Delete', alarm.definition, this.#parts.clock.nowMs());
      alarm.close();
      this.#alarms.delete(name);
      this.#parts.tags.drop(alarm.arn);
    }
  }

  /** Names that no alarm has are passed over, as AWS does. */
  enableActions(names: readonly string[] | undefined, enabled: boolean): void {
    for (const name of this.#namesOf(names)) this.#alarms.get(name)?.enableActions(enabled, this.#parts.clock.nowMs());
  }

  /** Judges every alarm at this minute and hands out the notifications of those that changed. */
  evaluate(): StateChange[] {
    const nowMs = this.#parts.clock.nowMs();
    this.#parts.metrics.deliver(nowMs);
    const changes: StateChange[] = [];
    for (const alarm of this.#alarms.values()) {
      const change = alarm.evaluate(nowMs);
      if (change === undefined) continue;
      changes.push(change);
      this.#act(alarm, change);
    }
    return changes;
  }

  arnOf(name: string): string {
    return `arn:aws:cloudwatch:${this.#parts.account.region}:${this.#parts.account.accountId}:alarm:${name}`;
  }

  /** A scaled stream's alarms come back to definitions that they have had, and a year of scalings is spent on checking them. */
  #define(input: PutMetricAlarmInput): BoundDefinition {
    const { facts, metrics } = this.#parts;
    const text = JSON.stringify(input);
    const known = this.#defined.get(text);
    if (known !== undefined) return known;
    const plan = planAlarm(input, facts);
    const series = plan.metrics.map(({ identity }) => metrics.series(identity));
    const definition: BoundDefinition = { input: structuredClone(input), plan, series };
    if (this.#defined.size === MOST_DEFINED) this.#defined.clear();
    this.#defined.set(text, definition);
    return definition;
  }

  /** @throws AwsServiceError ValidationException: an alarm acts in its own region only. */
  #checkRegions({ OKActions = [], AlarmActions = [], InsufficientDataActions = [] }: PutMetricAlarmInput): void {
    const { region } = this.#parts.account;
    for (const arn of [...OKActions, ...AlarmActions, ...InsufficientDataActions]) {
      const [, , service, its] = arn.split(':');
      if ((service === 'sns' || service === 'lambda') && its !== region)
        throw invalid(`Invalid region ${its} specified. Only ${region} is supported.`);
    }
  }

  #act(alarm: AlarmModel, change: StateChange | undefined): void {
    if (change === undefined) return;
    for (const notification of notificationsOf(alarm, change, this.#parts.account)) {
      alarm.history.recordAction(notification);
      this.#parts.notify(notification);
    }
  }

  #historyOf(name: string): AlarmHistory {
    const known = this.#histories.get(name);
    if (known !== undefined) return known;
    const history = new AlarmHistory(name, this.#parts.facts.maxHistoryItemsPerAlarm);
    this.#histories.set(name, history);
    return history;
  }

  #namesOf(names: readonly string[] | undefined): readonly string[] {
    const constraints = new Constraints();
    constraints.atMost('alarmNames', names, this.#parts.facts.maxAlarmNamesPerCall);
    constraints.check();
    if (names === undefined) throw invalid('AlarmNames must be set.');
    return names;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function invalid(message: string): AwsServiceError {
  return new AwsServiceError('ValidationException', message);
}
