/** The options of the monitor's servers. */
import type { Registry } from 'prom-client';
import type { Clock } from '../ports.ts';

export interface MonitorOptions {
  /** `host:port`; port 0 takes a free one. */
  readonly address: string;
  readonly token?: string;
  readonly registry?: Registry;
  /** Whether the process is well: `/healthz`. Default: yes. */
  readonly isHealthy?: () => boolean;
  /** Whether it can do its work yet: `/readyz`. Default: yes. */
  readonly isReady?: () => boolean;
  /** Shown at `/report` as JSON. */
  readonly report?: () => unknown;
  /** Whether this server serves the profiles too. Default true; false where a server of their own does. */
  readonly profiles?: boolean;
  readonly clock?: Clock;
}

export interface ProfileServerOptions {
  /** `host:port`; port 0 takes a free one. */
  readonly address: string;
  readonly token?: string;
  readonly clock?: Clock;
}
