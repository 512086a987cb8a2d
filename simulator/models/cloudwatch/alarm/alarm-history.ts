import type { AlarmHistoryItem, PutMetricAlarmInput } from '@aws-sdk/client-cloudwatch';
import type { AlarmNotification } from './alarm-notification.ts';
import { formatTime, type StateChange, type StateReason } from './alarm-reason.ts';

/** What DescribeAlarmHistory returns for one alarm. It outlives the alarm, as in AWS; the oldest items are dropped. */
export class AlarmHistory {
  readonly #alarmName: string;
  readonly #maxItems: number;
  // Items are written out only when somebody reads them.
  #items: (() => AlarmHistoryItem)[] = [];

  constructor(alarmName: string, maxItems: number) {
    this.#alarmName = alarmName;
    this.#maxItems = maxItems;
  }

  /** Oldest first. */
  items(): readonly AlarmHistoryItem[] {
    return this.#items.slice(-this.#maxItems).map((item) => item());
  }

  recordStateUpdate(change: StateChange, before: StateReason): void {
    this.#record('StateUpdate', change.atMs, () => ({
      summary: `Alarm updated from ${change.from} to ${change.to}`,
      data: { version: '1.0', oldState: stateOf(change.from, before), newState: stateOf(change.to, change.reason) },
    }));
  }

  recordConfiguration(type: 'Create' | 'Update' | 'Delete', definition: PutMetricAlarmInput, atMs: number): void {
    this.#record('ConfigurationUpdate', atMs, () => ({
      summary: `Alarm "${this.#alarmName}" ${type.toLowerCase()}d`,
      data: { version: '1.0', type, [`${type.toLowerCase()}dAlarm`]: definition },
    }));
  }

  recordAction(notification: AlarmNotification): void {
    const { actionArn, atMs } = notification;
    this.#record('Action', atMs, () => ({
      summary: `Successfully executed action ${actionArn}`,
      data: {
        actionState: 'Succeeded',
        stateUpdateTimestamp: formatTime(atMs),
        notificationResource: actionArn,
        publishedMessage: notification.message,
      },
    }));
  }

  #record(type: HistoryItemType, atMs: number, write: () => { summary: string; data: object }): void {
    this.#items.push(() => {
      const { summary, data } = write();
      return {
        AlarmName: this.#alarmName,
        AlarmType: 'MetricAlarm',
        Timestamp: new Date(atMs),
        HistoryItemType: type,
        HistorySummary: summary,
        HistoryData: JSON.stringify(data),
      };
    });
    // Cut in halves: dropping one item at a time would copy the list at every change of a long simulation.
    if (this.#items.length > 2 * this.#maxItems) this.#items = this.#items.slice(-this.#maxItems);
  }
}

type HistoryItemType = NonNullable<AlarmHistoryItem['HistoryItemType']>;

function stateOf(value: string, reason: StateReason): object {
  const data = reason.data === undefined ? {} : { stateReasonData: JSON.parse(reason.data) };
  return { stateValue: value, stateReason: reason.text, ...data };
}
