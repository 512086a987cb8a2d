import { describe, expect, it } from 'vitest';
import { pluginBacklog } from '../../../consumer/external-scaler/plugin-backlog.ts';
import { burrowLag, createBurrow } from '../../../consumer/signals/burrow.ts';
import { type BurrowGroups, type BurrowPartition, startBurrow } from '../support/burrow-server.ts';

const noonMs = Date.UTC(2026, 0, 1, 12);
const nowMs = (): number => noonMs;
const signal = new AbortController().signal;

describe('consumer group lag by Burrow', () => {
  it('burrowLag reads the total lag, of a stopped group too', async () => {
    const stopped = oneTopic([partition({ processed: 1, added: 1, lag: 1234 })]);
    const { burrow } = await open({ payments: { ...stopped, status: 'STOP' } });
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
    const { burrow, server } = await open({ payments: oneTopic([partition({ processed: 1, added: 1, lag: 1 })]) });
    await burrow.totalLag('payments', signal);
    server.close();
    await expect(burrowLag('payments', { burrow, nowMs })(signal)).rejects.toThrow();
  });

  it('burrowLag rejects an answer that Burrow does not document', async () => {
    const { burrow } = await open({ payments: { totallag: 'many' as never, topics: {} } });
    await expect(burrow.totalLag('payments', signal)).rejects.toThrow('status.totallag');
  });
});

describe('partitions on which Burrow has seen no commit', () => {
  const seen = partition({ processed: 5, added: 5, lag: 40 });
  const idle = partition({ processed: 5, added: 5, lag: 0 });
  const unseen = { ...seen, 'current-lag': 0, offsets: null };
  const window = { ...seen, 'current-lag': 0, offsets: [null, null, null] };

  it.each([
    ['all offsets are null and complete is 0', [window]],
    ['there are no offsets at all', [unseen]],
    ['one of two partitions is unseen', [seen, window]],
    ['an idle partition and an unseen one', [idle, unseen]],
  ])('the lag of a group is unknown, not 0, when %s', async (_, partitions) => {
    const { burrow } = await open({ payments: oneTopic(partitions) });
    const name = `binary/${partitions.length - 1}`;
    expect(await burrowLag('payments', { burrow, nowMs })(signal)).toMatchObject({
      quality: 'unknown',
      because: `lag of consumer group payments: Burrow has seen no commit on ${name}, so the lag there is not known (see backends.burrow.unseenPartitions)`,
    });
  });

  it('the backlog of a plugin is unknown, not the rest of its sum, when one partition is unseen', async () => {
    expect(await backlog({ 'dev-azul-Unbox-live': oneTopic([seen, window]) })).toMatchObject({
      quality: 'unknown',
      because: expect.stringMatching(/plugin Unbox: group dev-azul-Unbox-live: Burrow has seen no commit on binary\/1/),
    });
  });

  it('an answer without partitions, complete 0 and no lag is unknown', async () => {
    const { burrow } = await open({ payments: { totallag: 0, topics: {} } });
    expect(await burrowLag('payments', { burrow, nowMs })(signal)).toMatchObject({ quality: 'unknown' });
  });

  it('a group that has caught up reads 0, though its window is not full yet', async () => {
    const { burrow } = await open({ payments: oneTopic([idle, idle]) });
    expect(await burrowLag('payments', { burrow, nowMs })(signal)).toMatchObject({ quality: 'ok', value: 0 });
  });

  it('unseen partitions count as empty where the configuration says so', async () => {
    const server = await startBurrow({ payments: oneTopic([seen, window]) });
    const burrow = createBurrow({ url: server.url, unseenPartitions: 'empty' });
    expect(await burrowLag('payments', { burrow, nowMs })(signal)).toMatchObject({ quality: 'ok', value: 40 });
    expect((await burrow.progress('payments', noonMs, signal)).known).toBe(true);
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

  it('pluginBacklog reads null offsets, partitions and topics as absent, and counts a lag without offsets', async () => {
    const topics = { a: [{ ...partition({ processed: 0, added: 0, lag: 73 }), offsets: [null, null] }], c: null };
    const groups = { 'dev-azul-Unbox-live': { topics }, 'dev-azul-Unbox-expedite': { topics: null } };
    expect(await backlog(groups)).toMatchObject({ value: expect.closeTo(73 / 0.99, 5) });
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

  it('pluginBacklog is 0 when Burrow knows no group of the plugin, and is told apart from a plugin without lag', async () => {
    const idle = { 'dev-azul-Unbox-live': oneTopic([partition({ processed: 5, added: 5, lag: 0 })]) };
    const counts: number[] = [];
    const onGroups = (_: string, count: number): number => counts.push(count);
    expect(await backlog({ other: oneTopic([]) }, false, onGroups)).toMatchObject({
      quality: 'ok',
      value: 0,
      note: 'no consumer group begins with "dev-" and contains "Unbox"',
    });
    expect(await backlog(idle, false, onGroups)).not.toHaveProperty('note');
    expect(counts).toEqual([0, 1]);
  });
});

async function open(groups: BurrowGroups) {
  const server = await startBurrow(groups);
  return { server, burrow: createBurrow({ url: server.url }) };
}

async function backlog(
  groups: BurrowGroups,
  includeHistoric = false,
  onGroups: (pluginName: string, groupCount: number) => void = () => {},
) {
  const { burrow } = await open(groups);
  const options = { burrow, nowMs, groupPrefix: 'dev-', onGroups };
  return pluginBacklog({ pluginName: 'Unbox', includeHistoric }, options)(signal);
}

function oneTopic(partitions: BurrowPartition[]): BurrowGroups[string] {
  return { topics: { binary: partitions } };
}

/** A partition over the last minute. */
function partition({ processed, added, lag }: { processed: number; added: number; lag: number }): BurrowPartition {
  const first = { offset: 100, timestamp: noonMs - 60_000, observedAt: noonMs - 60_000, lag: lag - added + processed };
  const unknownLag = { offset: 50, timestamp: noonMs - 120_000, observedAt: noonMs - 120_000, lag: null };
  const last = { offset: 100 + processed, timestamp: noonMs, observedAt: noonMs, lag };
  return { owner: '/10.0.0.1', client_id: 'sarama', 'current-lag': lag, offsets: [null, unknownLag, first, last] };
}
