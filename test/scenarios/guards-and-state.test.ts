/** Failures 10 to 13 of the reference autoscaler: what it remembers, and what stops a second scaling. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { disagreementsOf } from './support/agreement.ts';
import { retries } from './support/fleet.ts';
import { hourMs, minuteMs, Scenario } from './support/scenario.ts';

describe('guards and state', () => {
  let account: Scenario;
  beforeAll(async () => {
    account = await Scenario.start();
  });
  afterAll(() => account?.stop());

  it('10: the stream itself is tagged, and before it is scaled', async () => {
    const stream = account.take('plain');
    const watched = account.watchCalls();
    await account.fire(stream, 'up');
    const writes = watched.calls().flatMap(({ writing, operation }) => (writing ? [operation] : []));
    expect(writes.slice(0, 2)).toEqual(['AddTagsToStream', 'UpdateShardCount']);
    expect(stream.tags).toMatchObject({
      'autoscaling/scaling': expect.stringMatching(/^20260302T12\d{4}\.\d{3}Z 4 8$/),
      'autoscaling/ledger': expect.stringMatching(/^\d{10}$/),
    });
  });

  it('11: where alarms cannot be read, nothing is scaled without its tags and its concurrency', async () => {
    const stream = account.take('served');
    account.aws.calls.faults.add({
      operation: 'DescribeAlarms',
      fault: { kind: 'error', code: 'InternalFailure' },
      times: retries + 1,
    });
    const invocations = account.watchInvocations();
    stream.surge(4);
    await account.pass(minuteMs + 5_000);
    expect(invocations.outcomes()).toEqual(['function-error']);
    expect(stream.openShardCount).toBe(4);
    await account.pass(5 * minuteMs);
    invocations.stop();
    expect(invocations.outcomes()).toEqual(['function-error', 'success']);
    expect(stream.openShardCount).toBe(8);
    expect(stream.concurrency).toBe(16);
    expect(stream.alarmTags('down')).toMatchObject({
      ScaleAction: 'Down',
      ComplimentaryAlarm: stream.alarmName('up'),
      LastScaledTimestamp: expect.stringContaining('2026-03-02T12:'),
    });
    expect(disagreementsOf(stream)).toEqual([]);
  });

  it('12: the time of a scaling is written with its zone, wherever the function runs', async () => {
    const stream = account.take('plain');
    account.setVariables({ TZ: 'America/New_York' });
    await account.leaveMinuteBoundary();
    const atMs = account.clock.nowMs();
    await account.fire(stream, 'up');
    account.setVariables({ TZ: undefined });
    const written = stream.alarmTags('up').LastScaledTimestamp ?? '';
    expect(written).toMatch(/\+0000$/);
    expect(Math.abs(Date.parse(written.replace('+0000', 'Z')) - atMs)).toBeLessThan(5_000);
  });

  it('12: a time that cannot be read does not allow a scaling, and does not hold it for ever', async () => {
    const stream = account.take('plain');
    stream.setAlarmTags('down', { LastScaledTimestamp: '2026-03-02 09:15:44' });
    const log = account.watchLog();
    stream.surge(4);
    await account.pass(minuteMs + 5_000);
    expect(log.reports(stream)).toMatchObject([{ decision: { kind: 'hold', reason: 'stale-alarm' } }]);
    expect(stream.openShardCount).toBe(4);
    expect(stream.alarmTags('down').LastScaledTimestamp).toMatch(/^2026-03-02T12:.*\+0000$/);
    await account.pass(10 * minuteMs);
    await account.reconcile();
    await account.pass(10 * minuteMs);
    expect(stream.openShardCount).toBe(8);
  });

  it('13: the cooldown blocks for as long as it lasts, however often the alarm fires', async () => {
    const stream = account.take('plain');
    stream.loadShards = 0.1;
    await passUntil(account, 7 * hourMs, () => stream.acceptedCalls > 0);
    const log = account.watchLog();
    for (let minutes = 5; minutes < 60; minutes += 5) {
      await account.pass(5 * minuteMs);
      await account.reconcile();
      // Each firing of its own has a newer time than the last scaling.
      stream.setAlarmState('down', 'OK');
    }
    expect(stream.openShardCount).toBe(2);
    const held = log.reports(stream).filter(({ source }) => source === 'alarm');
    const reasons = held.map(({ decision }) => (decision?.kind === 'hold' ? decision.reason : 'scale'));
    // While the stream is UPDATING, that is the reason.
    expect(reasons.slice(0, 1)).toEqual(['stream-updating']);
    expect(new Set(reasons.slice(1))).toEqual(new Set(['cooldown']));
    expect(reasons.length).toBeGreaterThanOrEqual(10);
    await account.pass(15 * minuteMs);
    await account.reconcile();
    await account.pass(10 * minuteMs);
    expect(stream.openShardCount).toBe(1);
    expect(disagreementsOf(stream)).toEqual([]);
  });
});

async function passUntil(account: Scenario, longestMs: number, isSo: () => boolean): Promise<void> {
  for (let passedMs = 0; passedMs < longestMs && !isSo(); passedMs += minuteMs) await account.pass(minuteMs);
}
