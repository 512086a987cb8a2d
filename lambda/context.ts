/** What the handling of one alarm or stream is given: the deployment, AWS, time, and a way to notify people. */
import type { Deployment } from '../core/settings/deployment.ts';
import type { Clock, Ports } from './ports.ts';
import type { LoadCache } from './stream/load-cache.ts';
import type { Notify } from './stream/notifier.ts';

export interface ScalerContext {
  readonly deployment: Deployment;
  readonly account: Account;
  readonly ports: Ports;
  readonly clock: Clock;
  readonly loadCache: LoadCache;
  /** Absent where nobody wants to be notified. */
  readonly notify?: Notify;
}

export interface Account {
  readonly partition: string;
  readonly region: string;
  readonly accountId: string;
}
