/**
 * Which owners of leases are alive. A worker that holds a lease counts its renewals up in the lease (every third of the
 * KCL's failover time, so each 3.3 s by default). A worker that has died stays the owner in the table until another one
 * takes its lease; only the counter tells.
 */

export interface OwnedLease {
  readonly leaseKey: string;
  readonly owner?: string;
  /** Absent in a table that does not tell: its owners count as alive. */
  readonly leaseCounter?: number;
}

interface Reading {
  readonly owner: string;
  readonly leaseCounter: number;
  /** Since when the counter has stood at this value. */
  readonly sinceMs: number;
}

export class LeaseOwners {
  readonly #deadAfterMs: number;
  #readings: ReadonlyMap<string, Reading> = new Map();

  /** `deadAfterMs`: for how long the counters of all leases of an owner must have stood still. */
  constructor(deadAfterMs: number) {
    this.#deadAfterMs = deadAfterMs;
  }

  /** The owners that are dead by now. A first reading can tell of none. */
  observe(leases: readonly OwnedLease[], nowMs: number): ReadonlySet<string> {
    const readings = new Map<string, Reading>();
    const owners = new Set<string>();
    const alive = new Set<string>();
    for (const { leaseKey, owner, leaseCounter } of leases) {
      if (owner === undefined) continue;
      owners.add(owner);
      if (leaseCounter === undefined) {
        alive.add(owner);
        continue;
      }
      const reading = this.#read(leaseKey, owner, leaseCounter, nowMs);
      readings.set(leaseKey, reading);
      if (nowMs - reading.sinceMs < this.#deadAfterMs) alive.add(owner);
    }
    this.#readings = readings;
    return new Set([...owners].filter((owner) => !alive.has(owner)));
  }

  #read(leaseKey: string, owner: string, leaseCounter: number, nowMs: number): Reading {
    const known = this.#readings.get(leaseKey);
    const stands = known?.owner === owner && known.leaseCounter === leaseCounter;
    return stands ? known : { owner, leaseCounter, sinceMs: nowMs };
  }
}
