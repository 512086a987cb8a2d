/** What the monitor is told. */
import type { Registry } from 'prom-client';
import type { Clock } from '../ports.ts';

export interface MonitorOptions {
  /** `host:port`; port 0 takes a free one. */
  readonly address: string;
  readonly token?: string;
  readonly registry?: Registry;
  readonly isHealthy?: () => boolean;
  /** Shown at `/report` as JSON. */
  readonly report?: () => unknown;
  readonly clock?: Clock;
}
