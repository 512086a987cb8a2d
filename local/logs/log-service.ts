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

/** Described, and no more: nothing expires or is encrypted. */
export interface LogGroupSettings {
  readonly retentionDays?: number | undefined;
  readonly kmsKeyId?: string | undefined;
  readonly logGroupClass?: string | undefined;
}

export interface LogGroup extends LogGroupSettings {
  readonly name: string;
}

export class LogService {
  readonly #clock: Clock;
  readonly #onMetric: (metric: EmbeddedMetric) => void;
  readonly #groups = new Map<string, LogEvent[]>();
  readonly #settings = new Map<string, LogGroupSettings>();
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

  /** Does nothing to the events of a group that there is already. */
  createGroup(name: string, settings: LogGroupSettings = {}): void {
    if (!this.#groups.has(name)) this.#groups.set(name, []);
    this.#settings.set(name, { ...this.#settings.get(name), ...settings });
  }

  deleteGroup(name: string): void {
    this.#groups.delete(name);
    this.#settings.delete(name);
  }

  groups(): LogGroup[] {
    return [...this.#groups.keys()].map((name) => ({ name, ...this.#settings.get(name) }));
  }

  append(logGroup: string, logStream: string, message: string): void {
    if (!this.#groups.has(logGroup)) this.createGroup(logGroup);
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
