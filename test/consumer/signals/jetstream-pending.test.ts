import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { expect, it, onTestFinished } from 'vitest';
import { prepareWorkQueue } from '../../../consumer/provisioner/jetstream-workers.ts';
import { jetStreamPending } from '../../../consumer/signals/jetstream-pending.ts';
import { startNatsServer } from '../support/nats-server.ts';
import { describeWithPrograms } from '../support/real-parts.ts';

const workQueue = { stream: 'EVENTS', consumer: 'PROCESSOR', subjects: ['events.>'] };
const signal = new AbortController().signal;

describeWithPrograms('JetStream backlog, on a real nats-server', ['nats-server'], (programs) => {
  it('jetStreamPending counts waiting and unacknowledged messages, and a missing consumer is a failure, not 0', async () => {
    const server = await startNatsServer(programs['nats-server']);
    onTestFinished(() => server.close());
    const connection = await connect({ servers: server.url });
    onTestFinished(() => connection.close());
    const manager = await jetstreamManager(connection);
    await prepareWorkQueue(manager, workQueue);
    // A second start finds what the first has made.
    await prepareWorkQueue(manager, workQueue);
    const client = jetstream(connection);
    for (let message = 0; message < 5; message += 1) await client.publish('events.x', 'x');
    const consumer = await client.consumers.get(workQueue.stream, workQueue.consumer);
    await consumer.next();

    const pending = jetStreamPending(workQueue, { manager, nowMs: () => 7 });
    expect(await pending(signal)).toMatchObject({
      quality: 'ok',
      value: 5,
      observedAtMs: 7,
      dimensions: { Stream: 'EVENTS', Consumer: 'PROCESSOR' },
    });
    expect((await manager.consumers.info(workQueue.stream, workQueue.consumer)).num_ack_pending).toBe(1);
    await expect(
      jetStreamPending({ ...workQueue, consumer: 'NOBODY' }, { manager, nowMs: () => 7 })(signal),
    ).rejects.toThrow('not found');
  });
});
