/**
 * The in-process provisioner at the pace and length of the example that it must equal: 20,000 messages at 2,400 a
 * second.
 */
import { expect, it } from 'vitest';
import { systemClock } from '../../../consumer/clock.ts';
import { publishPaced, startScaler } from '../support/paced-workers.ts';
import { describeWithPrograms } from '../support/real-parts.ts';

describeWithPrograms('workers of a JetStream stream, on a real nats-server', ['nats-server'], (programs) => {
  it('JetStream workers follow 20,000 paced messages from 0 to 5 workers and back, and lose none', async () => {
    const { client, scaler } = await startScaler(programs['nats-server'], 5);

    await publishPaced(client, { from: 0, count: 20_000, perSecond: 2_400 });
    await scaler.until(() => scaler.processed.size === 20_000 && scaler.running() === 0);

    expect(scaler.steps()).toEqual([0, 1, 2, 3, 4, 5, 4, 3, 2, 1, 0]);
    expect(scaler.handled()).toBe(20_000);
    expect(await scaler.acknowledgedUpTo()).toBe(20_000);
    expect(scaler.leastIdleMsBeforeScaleDown()).toBeGreaterThanOrEqual(2_000);
    expect([...scaler.processedByWorker.values()].reduce((sum, count) => sum + count, 0)).toBe(20_000);
  });

  it('JetStream workers lose none of 8,000 messages when the server is killed and restarted', async () => {
    const { client, server, scaler } = await startScaler(programs['nats-server'], 5);

    const published = publishPaced(client, { from: 0, count: 8_000, perSecond: 2_000 });
    await scaler.until(() => scaler.processed.size > 1_000);
    await server.killAndRestart();
    await published;
    await scaler.until(() => scaler.processed.size === 8_000 && scaler.running() === 0);

    expect(scaler.processed.size).toBe(8_000);
  });

  it('JetStream workers process a message that comes after 15 idle seconds at zero workers', async () => {
    const { client, scaler } = await startScaler(programs['nats-server'], 5);

    await client.publish('events.0', '0');
    await scaler.until(() => scaler.processed.size === 1 && scaler.running() === 0);
    await systemClock.sleep(15_000);
    expect(scaler.running()).toBe(0);
    await client.publish('events.1', '1');
    await scaler.until(() => scaler.processed.size === 2);

    expect(scaler.steps().slice(0, 4)).toEqual([0, 1, 0, 1]);
  });
});
