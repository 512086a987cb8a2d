/** The short form of `jetstream-workers.full.ts`, for every run. */
import { expect, it } from 'vitest';
import { systemClock } from '../../../consumer/clock.ts';
import { publishPaced, startScaler } from '../support/paced-workers.ts';
import { describeWithPrograms } from '../support/real-parts.ts';

describeWithPrograms('workers of a JetStream stream, on a real nats-server', ['nats-server'], (programs) => {
  it.concurrent('JetStream workers follow 3,000 paced messages from 0 to 2 workers and back, and tell what each processed', {
    timeout: 60_000,
  }, async () => {
    const { client, scaler } = await startScaler(programs['nats-server'], 2);

    await publishPaced(client, { from: 0, count: 3_000, perSecond: 1_000 });
    await scaler.until(() => scaler.processed.size === 3_000 && scaler.running() === 0);

    expect(scaler.steps()).toEqual([0, 1, 2, 1, 0]);
    expect(scaler.handled()).toBe(3_000);
    expect(await scaler.acknowledgedUpTo()).toBe(3_000);
    expect(scaler.leastIdleMsBeforeScaleDown()).toBeGreaterThanOrEqual(2_000);
    expect(scaler.processedByWorker.size).toBe(2);
    expect([...scaler.processedByWorker.values()].reduce((sum, count) => sum + count, 0)).toBe(3_000);
  });

  it.concurrent('JetStream workers lose no message when the server is killed and restarted', {
    timeout: 60_000,
  }, async () => {
    const { client, server, scaler } = await startScaler(programs['nats-server'], 2);

    const published = publishPaced(client, { from: 0, count: 2_000, perSecond: 1_000 });
    await scaler.until(() => scaler.processed.size > 500);
    await server.killAndRestart();
    await published;
    await scaler.until(() => scaler.processed.size === 2_000 && scaler.running() === 0);

    expect(scaler.processed.size).toBe(2_000);
  });

  it.concurrent('JetStream workers process a message that comes after 6 idle seconds at zero workers', {
    timeout: 60_000,
  }, async () => {
    const { client, scaler } = await startScaler(programs['nats-server'], 5);

    await client.publish('events.0', '0');
    await scaler.until(() => scaler.processed.size === 1 && scaler.running() === 0);
    // Longer than the 5 s after which a consumer that is not durable would be forgotten.
    await systemClock.sleep(6_000);
    expect(scaler.running()).toBe(0);
    await client.publish('events.1', '1');
    await scaler.until(() => scaler.processed.size === 2);

    expect(scaler.steps().slice(0, 4)).toEqual([0, 1, 0, 1]);
  });
});
