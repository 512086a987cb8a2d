/** CloudWatch Logs: what functions wrote, and the metrics that are embedded in it (EMF). */
import { AwsServiceError } from '../../simulator/models/aws-service-error.ts';
import type { Clock } from '../../simulator/models/clock.ts';
import { type EmbeddedMetric, embeddedMetrics } from './embedded-metrics.ts';

export interface LogEvent {
  readonly eventId: string;
  readonly logGroup: string;
  readonly logStream: string;
  readonly atMs: number;
  readonly message: string;
}

export class LogService {
  readonly #clock: Clock;
  readonly #onMetric: (metric: EmbeddedMetric) => void;
  readonly #groups = new Map<string, LogEvent[]>();
  readonly #retentionDays = new Map<string, number>();
  #listeners: ((event: LogEvent) => void)[] = [];
  #count = 0;

  constructor(clock: Clock, onMetric: (metric: EmbeddedMetric) => void) {
    this.#clock = clock;
    this.#onMetric = onMetric;
  }

  /** @returns stops it. */
  onEvent(listener: (event: LogEvent) => void): () => void {
    this.#listeners.push(listener);
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== listener);
    };
  }

  createGroup(name: string, retentionDays?: number): void {
    if (!this.#groups.has(name)) this.#groups.set(name, []);
    if (retentionDays !== undefined) this.#retentionDays.set(name, retentionDays);
  }

  deleteGroup(name: string): void {
    this.#groups.delete(name);
    this.#retentionDays.delete(name);
  }

  groups(): readonly { readonly name: string; readonly retentionDays: number | undefined }[] {
    return [...this.#groups.keys()].map((name) => ({ name, retentionDays: this.#retentionDays.get(name) }));
  }

  append(logGroup: string, logStream: string, message: string): void {
    this.createGroup(logGroup);
    const atMs = this.#clock.nowMs();
    const event = { eventId: String(this.#count).padStart(56, '0'), logGroup, logStream, atMs, message };
    this.#count += 1;
    this.#groups.get(logGroup)?.push(event);
    for (const metric of embeddedMetrics(message, atMs)) this.#onMetric(metric);
    for (const listener of this.#listeners) listener(event);
  }

  /** In the order in which they were written. @throws AwsServiceError ResourceNotFoundException. */
  events(logGroup: string): readonly LogEvent[] {
    const events = this.#groups.get(logGroup);
    if (events === undefined) {
      throw new AwsServiceError('ResourceNotFoundException', 'The specified log group does not exist.');
    }
    return events;
  }
}
