import type { AlarmHistoryItem, PutMetricAlarmInput } from '@aws-sdk/client-cloudwatch';
import type { StateChange } from './alarm-model.ts';
import { formatTime, type StateReason } from './alarm-reason.ts';

/** What DescribeAlarmHistory tells of one alarm; it outlives the alarm, as in AWS. The oldest items are dropped. */
export class AlarmHistory {
  readonly #alarmName: string;
  readonly #maxItems: number;
  #items: AlarmHistoryItem[] = [];

  constructor(alarmName: string, maxItems: number) {
    this.#alarmName = alarmName;
    this.#maxItems = maxItems;
  }

  /** Oldest first. */
  items(): readonly AlarmHistoryItem[] {
    return this.#items;
  }

  recordStateUpdate(change: StateChange, before: StateReason): void {
    const data = {
      version: '1.0',
      oldState: stateOf(change.from, before),
      newState: stateOf(change.to, change.reason),
    };
    this.#record('StateUpdate', `Alarm updated from ${change.from} to ${change.to}`, data, change.atMs);
  }

  recordConfiguration(type: 'Create' | 'Update' | 'Delete', definition: PutMetricAlarmInput, atMs: number): void {
    const data = { version: '1.0', type, [`${type.toLowerCase()}dAlarm`]: definition };
    this.#record('ConfigurationUpdate', `Alarm "${this.#alarmName}" ${type.toLowerCase()}d`, data, atMs);
  }

  recordAction(actionArn: string, message: string, atMs: number): void {
    const data = {
      actionState: 'Succeeded',
      stateUpdateTimestamp: formatTime(atMs),
      notificationResource: actionArn,
      publishedMessage: message,
    };
    this.#record('Action', `Successfully executed action ${actionArn}`, data, atMs);
  }

  #record(type: NonNullable<AlarmHistoryItem['HistoryItemType']>, summary: string, data: object, atMs: number): void {
    this.#items.push({
      AlarmName: this.#alarmName,
      AlarmType: 'MetricAlarm',
      Timestamp: new Date(atMs),
      HistoryItemType: type,
      HistorySummary: summary,
      HistoryData: JSON.stringify(data),
    });
    // Cut in halves: dropping one item at a time would copy the list at every change of a long simulation.
    if (this.#items.length > 2 * this.#maxItems) this.#items = this.#items.slice(-this.#maxItems);
  }
}

function stateOf(value: string, reason: StateReason): object {
  const data = reason.data === undefined ? {} : { stateReasonData: JSON.parse(reason.data) };
  return { stateValue: value, stateReason: reason.text, ...data };
}
