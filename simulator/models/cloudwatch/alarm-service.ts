import type {
  DeleteAlarmsInput,
  DescribeAlarmHistoryInput,
  DescribeAlarmHistoryOutput,
  DescribeAlarmsInput,
  DescribeAlarmsOutput,
  PutMetricAlarmInput,
  SetAlarmStateInput,
} from '@aws-sdk/client-cloudwatch';
import { AwsServiceError } from '../aws-service-error.ts';
import type { Clock } from '../clock.ts';
import { AlarmHistory } from './alarm-history.ts';
import { AlarmModel, type BoundDefinition, type StateChange } from './alarm-model.ts';
import { type AccountPlace, type AlarmNotification, notificationsOf } from './alarm-notification.ts';
import { planAlarm } from './alarm-plan.ts';
import type { StateValue } from './alarm-reason.ts';
import type { CloudWatchFacts } from './cloudwatch-facts.ts';
import { Constraints, permitted } from './constraints.ts';
import type { MetricStore } from './metric-store.ts';
import { takePage } from './paging.ts';
import type { TagService } from './tag-service.ts';

export interface AlarmServiceParts {
  readonly clock: Clock;
  readonly account: AccountPlace;
  readonly facts: CloudWatchFacts;
  readonly metrics: MetricStore;
  readonly tags: TagService;
  readonly notify: (notification: AlarmNotification) => void;
}

/** The alarm calls of CloudWatch, and the evaluation that it makes every minute. */
export class AlarmService {
  readonly #parts: AlarmServiceParts;
  readonly #alarms = new Map<string, AlarmModel>();
  readonly #histories = new Map<string, AlarmHistory>();

  constructor(parts: AlarmServiceParts) {
    this.#parts = parts;
  }

  put(input: PutMetricAlarmInput): void {
    const { facts, clock, metrics, tags } = this.#parts;
    const plan = planAlarm(input, facts);
    const definition: BoundDefinition = {
      input: structuredClone(input),
      plan,
      series: plan.metrics.map(({ identity }) => metrics.series(identity)),
    };
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

  describe(input: DescribeAlarmsInput): DescribeAlarmsOutput {
    const constraints = new Constraints();
    constraints.atMost('alarmNames', input.AlarmNames, this.#parts.facts.maxAlarmNamesPerCall);
    constraints.between('maxRecords', input.MaxRecords ?? 100, 1, 100);
    if (input.StateValue !== undefined) constraints.oneOf('stateValue', input.StateValue, STATES);
    constraints.check();
    if (input.AlarmNamePrefix !== undefined && input.AlarmNames !== undefined)
      throw invalid('AlarmNamePrefix cannot be set if AlarmNames is set.');
    const selected = this.#select(input);
    const page = takePage(selected, input.MaxRecords ?? 50 * 2, input.NextToken);
    return {
      MetricAlarms: page.items.map((alarm) => alarm.describe()),
      CompositeAlarms: [],
      ...(page.nextToken === undefined ? {} : { NextToken: page.nextToken }),
    };
  }

  describeHistory(input: DescribeAlarmHistoryInput): DescribeAlarmHistoryOutput {
    const constraints = new Constraints();
    constraints.between('maxRecords', input.MaxRecords ?? 100, 1, 100);
    if (input.HistoryItemType !== undefined) constraints.oneOf('historyItemType', input.HistoryItemType, HISTORY_TYPES);
    constraints.check();
    const histories =
      input.AlarmName === undefined ? [...this.#histories.values()] : [this.#histories.get(input.AlarmName)];
    const items = histories
      .flatMap((history) => history?.items() ?? [])
      .filter((item) => input.HistoryItemType === undefined || item.HistoryItemType === input.HistoryItemType)
      .filter(({ Timestamp: at }) => at === undefined || isWithin(at, input.StartDate, input.EndDate))
      .sort((a, b) => Number(a.Timestamp) - Number(b.Timestamp));
    const ordered = input.ScanBy === 'TimestampAscending' ? items : items.reverse();
    const page = takePage(ordered, input.MaxRecords ?? 100, input.NextToken);
    return {
      AlarmHistoryItems: [...page.items],
      ...(page.nextToken === undefined ? {} : { NextToken: page.nextToken }),
    };
  }

  setState(input: SetAlarmStateInput): void {
    const constraints = new Constraints();
    constraints.length('alarmName', input.AlarmName, 1, 255);
    constraints.oneOf('stateValue', input.StateValue, STATES);
    constraints.length('stateReason', input.StateReason, 0, 1023);
    constraints.check();
    if (input.StateReasonData !== undefined && !isJson(input.StateReasonData))
      throw new AwsServiceError('InvalidFormatFault', 'The StateReasonData must be valid JSON.');
    const alarm = this.#alarms.get(input.AlarmName ?? '');
    const state = permitted(STATES, input.StateValue);
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

  #act(alarm: AlarmModel, change: StateChange | undefined): void {
    if (change === undefined) return;
    for (const notification of notificationsOf(alarm, change, this.#parts.account)) {
      alarm.history.recordAction(notification.actionArn, notification.message, change.atMs);
      this.#parts.notify(notification);
    }
  }

  #select(input: DescribeAlarmsInput): AlarmModel[] {
    if (input.AlarmTypes !== undefined && !input.AlarmTypes.includes('MetricAlarm')) return [];
    const named = input.AlarmNames?.map((name) => this.#alarms.get(name)) ?? [...this.#alarms.values()];
    return [...new Set(named)]
      .filter((alarm) => alarm !== undefined)
      .filter((alarm) => alarm.name.startsWith(input.AlarmNamePrefix ?? ''))
      .filter((alarm) => input.StateValue === undefined || alarm.state === input.StateValue)
      .filter((alarm) => input.ActionPrefix === undefined || hasAction(alarm.definition, input.ActionPrefix))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
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

const STATES: readonly StateValue[] = ['INSUFFICIENT_DATA', 'ALARM', 'OK'];
const HISTORY_TYPES = ['ConfigurationUpdate', 'StateUpdate', 'Action'];

function hasAction(definition: PutMetricAlarmInput, prefix: string): boolean {
  const actions = [definition.OKActions, definition.AlarmActions, definition.InsufficientDataActions];
  return actions.some((arns) => arns?.some((arn) => arn.startsWith(prefix)));
}

function isWithin(at: Date, start: Date | undefined, end: Date | undefined): boolean {
  return (start === undefined || at >= start) && (end === undefined || at <= end);
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
