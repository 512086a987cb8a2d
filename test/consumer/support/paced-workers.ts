/** Workers of a JetStream stream on a real nats-server, and a publisher with an even pace. */
import { type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { onTestFinished } from 'vitest';
import { systemClock } from '../../../consumer/clock.ts';
import { ratePolicy } from '../../../consumer/decision/worker-policy.ts';
import { jetStreamWork, jetStreamWorkers, prepareWorkQueue } from '../../../consumer/provisioner/jetstream-workers.ts';
import { runWorkers, type WorkerRound } from '../../../consumer/provisioner/worker-loop.ts';
import { type NatsServer, startNatsServer } from './nats-server.ts';

const workQueue = { stream: 'EVENTS', consumer: 'PROCESSOR', subjects: ['events.>'] };

export interface Scaler {
  readonly processed: ReadonlySet<string>;
  readonly handled: () => number;
  /** Of the workers that have stopped: how many messages each has processed, by its id. */
  readonly processedByWorker: ReadonlyMap<string, number>;
  readonly running: () => number;
  /** The worker counts in order, repetitions left out. */
  readonly steps: () => readonly number[];
  readonly leastIdleMsBeforeScaleDown: () => number;
  readonly acknowledgedUpTo: () => Promise<number>;
  readonly until: (condition: () => boolean) => Promise<void>;
}

export async function startScaler(
  program: string,
  maxWorkers: number,
): Promise<{ server: NatsServer; client: JetStreamClient; scaler: Scaler }> {
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
  return { server, client, scaler: startWorkers(client, manager, maxWorkers) };
}

function startWorkers(client: JetStreamClient, manager: JetStreamManager, maxWorkers: number): Scaler {
  const stopping = new AbortController();
  const processed = new Set<string>();
  const rounds: WorkerRound[] = [];
  const processedByWorker = new Map<string, number>();
  let handled = 0;
  const handle = async (message: { string: () => string }): Promise<void> => {
    handled += 1;
    processed.add(message.string());
  };
  const ended = runWorkers({
    // A busy machine publishes late and then fast, which can look like the rate for one worker more.
    policy: ratePolicy({ maxWorkers }),
    provisioner: jetStreamWorkers({ client, queue: workQueue, handle }),
    readWork: jetStreamWork(workQueue, { manager }),
    abortSignal: stopping.signal,
    onRound: (round) => rounds.push(round),
    onStopped: ({ id, processedMessages }) => processedByWorker.set(id, processedMessages),
  });
  onTestFinished(async () => {
    stopping.abort();
    await ended;
  });
  const running = (): number => rounds.at(-1)?.running ?? 0;

  return {
    processed,
    handled: () => handled,
    processedByWorker,
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

/**
 * Publishes at an even pace; a message counts as published when the server has confirmed it, however often it takes.
 */
export async function publishPaced(
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
