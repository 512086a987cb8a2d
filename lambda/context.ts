/** What the handling of one alarm or stream is given: the deployment, AWS, time, and a way to tell people. */
import type { Deployment } from '../core/settings/deployment.ts';
import type { Clock, Ports } from './ports.ts';
import type { LoadCache } from './stream/load-cache.ts';
import type { Notify } from './stream/notifier.ts';
import type { Account } from './stream/state-reader.ts';

export interface ScalerContext {
  readonly deployment: Deployment;
  readonly account: Account;
  readonly ports: Ports;
  readonly clock: Clock;
  readonly loadCache: LoadCache;
  /** Tells people; absent where nobody wants to be told. */
  readonly notify?: Notify;
}
