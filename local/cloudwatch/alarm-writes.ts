import { AwsServiceError } from '../../simulator/models/aws-service-error.ts';
import type { Members } from './shapes.ts';

/** Refuses a write to an alarm while another one to the same alarm is under way. */
export class AlarmWrites {
  readonly #writeMs: number;
  readonly #underWay = new Set<string>();

  constructor(writeMs: number) {
    this.#writeMs = writeMs;
  }

  /** @throws AwsServiceError ValidationException; else whatever `perform` throws */
  async run<T>(operation: string, input: Members, perform: () => T): Promise<T> {
    const alarmName = input.AlarmName;
    if (this.#writeMs === 0 || !ALARM_WRITES.has(operation) || typeof alarmName !== 'string') return perform();
    if (this.#underWay.has(alarmName))
      throw new AwsServiceError('ValidationException', 'A separate request to update this alarm is in progress');
    this.#underWay.add(alarmName);
    try {
      await new Promise((resolve) => setTimeout(resolve, this.#writeMs));
      return perform();
    } finally {
      this.#underWay.delete(alarmName);
    }
  }
}

const ALARM_WRITES = new Set(['PutMetricAlarm', 'SetAlarmState']);
