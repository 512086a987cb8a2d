/** What the handling of one alarm or stream is given: the deployment, AWS, time, and a way to tell people. */
import type { Deployment } from '../core/settings/deployment.ts';
import type { Announce } from './announce.ts';
import type { DemandMemory } from './demand-memory.ts';
import type { Clock, Ports } from './ports.ts';
import type { Account } from './state-reader.ts';

export interface ScalerContext {
  readonly deployment: Deployment;
  readonly account: Account;
  readonly ports: Ports;
  readonly clock: Clock;
  readonly demand: DemandMemory;
  /** Tells people; absent where nobody wants to be told. */
  readonly announce?: Announce;
}
