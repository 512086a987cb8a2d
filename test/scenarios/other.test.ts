/** Failures 31 and 33 of the reference autoscaler; 32 is answered in load-policies.test.ts, the role's grants (33) in permissions.test.ts. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assemblyOf } from './support/assembly.ts';
import { fleet } from './support/fleet.ts';
import { minuteMs, Scenario } from './support/scenario.ts';

describe('other', () => {
  let account: Scenario;
  beforeAll(async () => {
    account = await Scenario.start();
  });
  afterAll(() => account?.stop());

  it('31: every record of an event is handled', async () => {
    const streams = [account.take('plain'), account.take('plain'), account.take('plain')];
    const messages = await messagesOf(account, streams);
    await account.invoke(account.scalerName, { Records: messages.map((Message) => ({ Sns: { Message } })) });
    await account.pass(5 * minuteMs);
    expect(streams.map(({ openShardCount }) => openShardCount)).toEqual([8, 8, 8]);
  });

  it('31: an alarm that names two streams is refused, not decided by the last dimension', async () => {
    const [stream, other] = [account.take('plain'), account.take('plain')];
    const [text = ''] = await messagesOf(account, [stream]);
    const message = JSON.parse(text);
    for (const { MetricStat } of message.Trigger.Metrics) {
      MetricStat?.Metric.Dimensions.push({ name: 'StreamName', value: other.name });
    }
    const log = account.watchLog();
    await account.publish(message);
    expect(log.reports()).toMatchObject([
      { decision: { reason: 'rejected', because: { faults: [{ field: 'Trigger.Metrics' }] } } },
    ]);
    expect([stream.openShardCount, other.openShardCount]).toEqual([4, 4]);
  });

  it('33: the functions run in a supported runtime, the one that the bundle runs in here', async () => {
    const { templatePath } = assemblyOf(fleet);
    const template: {
      Resources: Record<string, { Type: string; Properties: { Runtime?: string; Handler?: string } }>;
    } = JSON.parse(readFileSync(templatePath, 'utf8'));
    const functions = Object.values(template.Resources).filter(
      ({ Type, Properties }) => Type === 'AWS::Lambda::Function' && Properties.Handler?.startsWith('index.'),
    );
    const ours = functions.filter(({ Properties }) => /scaler|reconciler/.test(Properties.Handler ?? ''));
    expect(ours.map(({ Properties }) => Properties.Runtime)).toEqual(['nodejs24.x', 'nodejs24.x']);
    expect(process.versions.node).toMatch(/^24\./);
  });
});

/** What the alarms of these streams notify, kept from being delivered. */
async function messagesOf(
  account: Scenario,
  streams: readonly ReturnType<Scenario['take']>[],
): Promise<readonly string[]> {
  const { topics } = account.aws;
  const from = topics.published.length;
  topics.behaviour = { delaysMs: [] };
  for (const stream of streams) stream.surge(4);
  await account.pass(minuteMs + 5_000);
  topics.behaviour = { delaysMs: [0] };
  return topics.published.slice(from).map(({ message }) => message);
}
