import { describe, expect, it } from 'vitest';
import { pluginBacklog } from '../../../consumer/external-scaler/entity-signals.ts';
import { burrowLag, createBurrow } from '../../../consumer/signals/burrow.ts';
import { type BurrowGroups, type BurrowPartition, startBurrow } from '../support/burrow-server.ts';

const noonMs = Date.UTC(2026, 0, 1, 12);
const nowMs = (): number => noonMs;
const signal = new AbortController().signal;

describe('consumer group lag by Burrow', () => {
  it('burrowLag reads the total lag, of a stopped group too', async () => {
    const { burrow } = await open({ payments: { totallag: 1234, status: 'STOP', topics: {} } });
    expect(await burrowLag('payments', { burrow, nowMs })(signal)).toMatchObject({ quality: 'ok', value: 1234 });
  });

  it('burrowLag is unknown for a group that Burrow does not know', async () => {
    const { burrow } = await open({});
    expect(await burrowLag('payments', { burrow, nowMs })(signal)).toMatchObject({
      quality: 'unknown',
      because: expect.stringContaining('payments'),
    });
  });

  it('burrowLag rejects when Burrow is down', async () => {
    const { burrow, server } = await open({ payments: { totallag: 1, topics: {} } });
    await burrow.totalLag('payments', signal);
    server.close();
    await expect(burrowLag('payments', { burrow, nowMs })(signal)).rejects.toThrow();
  });

  it('burrowLag rejects an answer that Burrow does not document', async () => {
    const { burrow } = await open({ payments: { totallag: 'many' as never, topics: {} } });
    await expect(burrow.totalLag('payments', signal)).rejects.toThrow('status.totallag');
  });
});

describe('plugin backlog by Burrow', () => {
  it.each([
    { why: 'falling behind', processed: 1, added: 101, lag: 1000, value: 1111.7 },
    { why: 'catching up', processed: 5000, added: 10, lag: 90_000, value: 18.04 },
    { why: 'processing nothing', processed: 0, added: 50, lag: 1000, value: 1076.9 },
  ])('pluginBacklog weighs the lag of a group that is $why', async ({ processed, added, lag, value }) => {
    const group = { 'dev-azul-Unbox-live': oneTopic([partition({ processed, added, lag })]) };
    expect(await backlog(group)).toMatchObject({ quality: 'ok', value: expect.closeTo(value, 1) });
  });

  it('pluginBacklog reads null offsets, partitions and topics as absent', async () => {
    const topics = {
      a: [{ ...partition({ processed: 0, added: 0, lag: 0 }), offsets: [null, null], 'current-lag': 73 }],
      b: [{ ...partition({ processed: 0, added: 0, lag: 0 }), offsets: null, 'current-lag': 0 }],
      c: null,
    };
    expect(
      await backlog({
        'dev-azul-Unbox-live': { totallag: 73, topics },
        'dev-azul-Unbox-expedite': { totallag: 0, topics: null },
      }),
    ).toMatchObject({
      value: expect.closeTo(73 / 0.99, 5),
    });
  });

  it('pluginBacklog counts the current lag where it is above that of the newest commit', async () => {
    const dead = { ...partition({ processed: 0, added: 0, lag: 10 }), 'current-lag': 700 };
    const { value } = (await backlog({ 'dev-azul-Unbox-live': oneTopic([dead]) })) as { value: number };
    expect(value).toBeGreaterThanOrEqual(700);
  });

  it('pluginBacklog matches groups by prefix and name in any case, and historic groups only when asked', async () => {
    const lagging = oneTopic([partition({ processed: 1, added: 101, lag: 1000 })]);
    const groups = {
      'DEV-azul-unbox-live': lagging,
      'dev-azul-Unbox-historic': lagging,
      'prod-azul-Unbox-live': lagging,
      'dev-azul-Macros-live': lagging,
    };
    expect(await backlog(groups)).toMatchObject({ value: expect.closeTo(1111.7, 1) });
    expect(await backlog(groups, true)).toMatchObject({ value: expect.closeTo(2000 / (1 - Math.sqrt(201) / 100), 1) });
  });

  it('pluginBacklog is 0 when Burrow knows no group of the plugin', async () => {
    expect(await backlog({ other: oneTopic([]) })).toMatchObject({ quality: 'ok', value: 0 });
  });
});

async function open(groups: BurrowGroups) {
  const server = await startBurrow(groups);
  return { server, burrow: createBurrow({ url: server.url }) };
}

async function backlog(groups: BurrowGroups, includeHistoric = false) {
  const { burrow } = await open(groups);
  return pluginBacklog({ pluginName: 'Unbox', includeHistoric }, burrow, { nowMs, groupPrefix: 'dev-' })(signal);
}

function oneTopic(partitions: BurrowPartition[]): BurrowGroups[string] {
  return { totallag: 0, topics: { binary: partitions } };
}

/** A partition over the last minute. */
function partition({ processed, added, lag }: { processed: number; added: number; lag: number }): BurrowPartition {
  const first = { offset: 100, timestamp: noonMs - 60_000, observedAt: noonMs - 60_000, lag: lag - added + processed };
  const unknownLag = { offset: 50, timestamp: noonMs - 120_000, observedAt: noonMs - 120_000, lag: null };
  const last = { offset: 100 + processed, timestamp: noonMs, observedAt: noonMs, lag };
  return { owner: '/10.0.0.1', client_id: 'sarama', 'current-lag': lag, offsets: [null, unknownLag, first, last] };
}
