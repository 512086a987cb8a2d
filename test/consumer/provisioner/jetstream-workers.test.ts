import { type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../consumer/clock.ts';
import { ratePolicy } from '../../../consumer/decision/worker-policy.ts';
import { jetStreamWork, jetStreamWorkers, prepareWorkQueue } from '../../../consumer/provisioner/jetstream-workers.ts';
import { runWorkers, type WorkerRound } from '../../../consumer/provisioner/worker-loop.ts';
import { type NatsServer, startNatsServer } from '../support/nats-server.ts';
import { describeWithPrograms } from '../support/real-parts.ts';

const workQueue = { stream: 'EVENTS', consumer: 'PROCESSOR', subjects: ['events.>'] };

describeWithPrograms('workers of a JetStream stream, on a real nats-server', ['nats-server'], (programs) => {
  it.concurrent('JetStream workers follow 20,000 paced messages from 0 to 5 workers and back, and lose none', {
    timeout: 60_000,
  }, async () => {
    const { client, scaler } = await startScaler(programs['nats-server']);

    await publishPaced(client, { from: 0, count: 10_000, perSecond: 2_400 });
    await publishPaced(client, { from: 10_000, count: 10_000, perSecond: 2_400 });
    await scaler.until(() => scaler.processed.size === 20_000 && scaler.running() === 0);

    expect(scaler.steps()).toEqual([0, 1, 2, 3, 4, 5, 4, 3, 2, 1, 0]);
    expect(scaler.handled()).toBe(20_000);
    expect(scaler.processed.size).toBe(20_000);
    expect(await scaler.acknowledgedUpTo()).toBe(20_000);
    expect(scaler.leastIdleMsBeforeScaleDown()).toBeGreaterThanOrEqual(2_000);
  });

  it.concurrent('JetStream workers lose no message when the server is killed and restarted', {
    timeout: 60_000,
  }, async () => {
    const { client, server, scaler } = await startScaler(programs['nats-server']);

    const published = publishPaced(client, { from: 0, count: 8_000, perSecond: 2_000 });
    await scaler.until(() => scaler.processed.size > 1_000);
    await server.killAndRestart();
    await published;
    await scaler.until(() => scaler.processed.size === 8_000 && scaler.running() === 0);

    expect(scaler.processed.size).toBe(8_000);
  });

  it.concurrent('JetStream workers process a message that comes after 15 idle seconds at zero workers', {
    timeout: 60_000,
  }, async () => {
    const { client, scaler } = await startScaler(programs['nats-server']);

    await client.publish('events.0', '0');
    await scaler.until(() => scaler.processed.size === 1 && scaler.running() === 0);
    await systemClock.sleep(15_000);
    expect(scaler.running()).toBe(0);
    await client.publish('events.1', '1');
    await scaler.until(() => scaler.processed.size === 2);

    expect(scaler.steps().slice(0, 4)).toEqual([0, 1, 0, 1]);
  });
});

interface Scaler {
  readonly processed: ReadonlySet<string>;
  readonly handled: () => number;
  readonly running: () => number;
  /** The worker counts in order, repetitions left out. */
  readonly steps: () => readonly number[];
  readonly leastIdleMsBeforeScaleDown: () => number;
  readonly acknowledgedUpTo: () => Promise<number>;
  readonly until: (condition: () => boolean) => Promise<void>;
}

async function startScaler(program: string): Promise<{ server: NatsServer; client: JetStreamClient; scaler: Scaler }> {
  const server = await startNatsServer(program);
  onTestFinished(() => server.close());
  const connection = await connect({
    servers: server.url,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 100,
    timeout: 2_000,
  });
  onTestFinished(() => connection.close());
  const manager = await jetstreamManager(connection);
  await prepareWorkQueue(manager, workQueue, { ackWaitMs: 2_000 });
  const client = jetstream(connection);
  return { server, client, scaler: startWorkers(client, manager) };
}

function startWorkers(client: JetStreamClient, manager: JetStreamManager): Scaler {
  const stopping = new AbortController();
  const processed = new Set<string>();
  const rounds: WorkerRound[] = [];
  let handled = 0;
  const handle = async (message: { string: () => string }): Promise<void> => {
    handled += 1;
    processed.add(message.string());
  };
  const ended = runWorkers({
    // 2,400 a second need ceil(2,400 / 500) = 5. A busy machine publishes late and then fast, which can look like 6.
    policy: ratePolicy({ maxWorkers: 5 }),
    provisioner: jetStreamWorkers({ client, queue: workQueue, handle }),
    readWork: jetStreamWork(workQueue, { manager }),
    abortSignal: stopping.signal,
    onRound: (round) => rounds.push(round),
  });
  onTestFinished(async () => {
    stopping.abort();
    await ended;
  });
  const running = (): number => rounds.at(-1)?.running ?? 0;

  return {
    processed,
    handled: () => handled,
    running,
    steps: () => [0, ...rounds.map((round) => round.running)].filter((count, index, all) => count !== all[index - 1]),
    leastIdleMsBeforeScaleDown: () =>
      Math.min(
        ...rounds.map(({ decision }) =>
          decision.because.rule === 'idle' ? decision.because.idleMs : Number.POSITIVE_INFINITY,
        ),
      ),
    acknowledgedUpTo: async () =>
      (await manager.consumers.info(workQueue.stream, workQueue.consumer)).ack_floor.consumer_seq,
    until: async (condition) => {
      while (!condition()) await systemClock.sleep(50);
    },
  };
}

/** Publishes at an even pace; a message counts as published when the server has confirmed it, however often it takes. */
async function publishPaced(
  client: JetStreamClient,
  plan: { from: number; count: number; perSecond: number },
): Promise<void> {
  const confirmations: Promise<void>[] = [];
  const perTick = plan.perSecond / 100;
  const startedAtMs = performance.now();
  for (let sent = 0; sent < plan.count; ) {
    const due = Math.min(plan.count, Math.floor(((performance.now() - startedAtMs) * plan.perSecond) / 1000));
    // At most twice the pace when a timer was late, so that no burst looks like a higher rate.
    const upTo = Math.min(due, sent + 2 * perTick);
    for (; sent < upTo; sent += 1) confirmations.push(publish(client, plan.from + sent));
    await systemClock.sleep(10);
  }
  await Promise.all(confirmations);
}

async function publish(client: JetStreamClient, id: number): Promise<void> {
  for (;;) {
    try {
      await client.publish(`events.${id}`, String(id), { msgID: String(id), timeout: 1_000 });
      return;
    } catch {
      await systemClock.sleep(100);
    }
  }
}
