import { describe, expect, it } from 'vitest';
import { LeaseOwners, type OwnedLease } from '../../../consumer/decision/lease-owners.ts';

describe('owners of leases', () => {
  it('an owner whose lease counters stand still for a minute is dead, and alive again with the next renewal', () => {
    const owners = new LeaseOwners(60_000);
    const dead = [
      [0, 7],
      [59_999, 7],
      [60_000, 7],
      [120_000, 8],
      [180_000, 8],
    ].map(([nowMs = 0, counter = 0]) => [...owners.observe([lease('s', 'a', counter)], nowMs)]);
    expect(dead).toEqual([[], [], ['a'], [], ['a']]);
  });

  it('an owner is alive as long as one of its leases is renewed', () => {
    const owners = new LeaseOwners(60_000);
    owners.observe([lease('1', 'a', 1), lease('2', 'a', 1), lease('3', 'b', 1)], 0);
    const dead = owners.observe([lease('1', 'a', 1), lease('2', 'a', 2), lease('3', 'b', 1)], 60_000);
    expect([...dead]).toEqual(['b']);
  });

  it('a lease that another worker has taken over starts a new count', () => {
    const owners = new LeaseOwners(60_000);
    owners.observe([lease('1', 'a', 1)], 0);
    expect([...owners.observe([lease('1', 'b', 1)], 60_000)]).toEqual([]);
  });

  it('an owner in a table without lease counters counts as alive', () => {
    const owners = new LeaseOwners(60_000);
    owners.observe([{ leaseKey: '1', owner: 'a' }], 0);
    expect([...owners.observe([{ leaseKey: '1', owner: 'a' }, { leaseKey: '2' }], 3_600_000)]).toEqual([]);
  });
});

function lease(leaseKey: string, owner: string, leaseCounter: number): OwnedLease {
  return { leaseKey, owner, leaseCounter };
}
