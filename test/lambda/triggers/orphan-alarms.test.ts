import { describe, expect, it } from 'vitest';
import { ownerTag } from '../../../core/stream/tag-settings.ts';
import { findFleet } from '../../../lambda/triggers/fleet.ts';
import { removeOrphans } from '../../../lambda/triggers/orphan-alarms.ts';
import { minute, sampleSettings } from '../../core/samples.ts';
import { contextOf, deploymentOf } from '../deployments.ts';
import { MemoryAccount } from '../memory-account.ts';

const environment = {
  DRY_RUN: 'false',
  DISCOVERY_TOPIC_ARN: 'arn:aws:sns:eu-west-1:123456789012:scaling',
  DISCOVERY_OWNER: 'us',
};

/** `orders` asks; `gone` asked once, and both have alarms that carry our tag. */
function setUp(given: Readonly<Record<string, string>> = {}) {
  const aws = new MemoryAccount();
  for (const name of ['orders', 'gone']) {
    aws.addStream(name, 4, sampleSettings());
    for (const alarmName of [`${name}-scale-up`, `${name}-scale-down`]) {
      aws.alarms.set(alarmName, { ...aws.alarm(alarmName), tags: { [ownerTag]: 'us' } });
    }
  }
  aws.stream('orders').tags = { 'autoscaling/enabled': 'true' };
  const deployment = deploymentOf({}, { ...environment, ...given });
  const run = async () => {
    const context = contextOf(aws, deployment);
    const result = await removeOrphans(await findFleet(deployment, aws.ports.fleet), context);
    aws.nowMs += 5 * minute;
    return result;
  };
  return { aws, run, names: () => [...aws.alarms.keys()].toSorted() };
}
const all = ['gone-scale-down', 'gone-scale-up', 'orders-scale-down', 'orders-scale-up'];

describe('alarms of a stream that asks no longer', () => {
  it('are removed when it has said so for ten minutes, and not before', async () => {
    const { run, names } = setUp();
    for (let count = 0; count < 2; count += 1) expect((await run()).removed).toEqual([]);
    expect(names()).toEqual(all);
    expect((await run()).removed).toEqual(['gone-scale-up', 'gone-scale-down']);
    expect(names()).toEqual(['orders-scale-down', 'orders-scale-up']);
  });

  it('stay where the index of tags has left the stream out: the stream itself still asks', async () => {
    const { aws, run, names } = setUp();
    aws.stream('gone').tags = { 'autoscaling/enabled': 'true' };
    const { streamTags } = aws.ports.fleet;
    Object.assign(aws.ports.fleet, { streamTags: async () => ({ ok: true, value: new Map() }) });
    for (let count = 0; count < 5; count += 1) expect(await run()).toMatchObject({ removed: [], failures: [] });
    expect(names()).toEqual(all);
    Object.assign(aws.ports.fleet, { streamTags });
  });

  it('stay where somebody else’s alarm carries our tag: its content is not ours, and that is told', async () => {
    const { aws, run } = setUp();
    const web = { ...aws.alarm('gone-scale-up'), alarmName: 'web-scale-up' };
    aws.alarms.set('web-scale-up', { ...web, definition: { ...web.definition, metrics: [] } });
    for (let count = 0; count < 4; count += 1) expect(await run()).toMatchObject({ foreign: ['web-scale-up'] });
    expect(aws.alarms.has('web-scale-up')).toBe(true);
  });

  it('begin anew where the stream has asked in between', async () => {
    const { aws, run, names } = setUp();
    for (let count = 0; count < 2; count += 1) await run();
    aws.stream('gone').tags = { 'autoscaling/enabled': 'true' };
    for (let count = 0; count < 8; count += 1) await run();
    aws.stream('gone').tags = {};
    expect((await run()).removed).toEqual([]);
    expect(names()).toEqual(all);
  });

  it('go with a stream that Kinesis no longer has', async () => {
    const { aws, run } = setUp();
    aws.streams.delete('gone');
    for (let count = 0; count < 2; count += 1) await run();
    expect((await run()).removed).toEqual(['gone-scale-up', 'gone-scale-down']);
  });

  it('stay while the stream cannot be read: an outage is no word of it', async () => {
    const { aws, run, names } = setUp();
    for (let count = 0; count < 2; count += 1) await run();
    aws.fail('kinesis:ListTagsForStream', { code: 'AccessDeniedException' });
    const denied = { code: 'AccessDeniedException' };
    expect(await run()).toMatchObject({ removed: [], failures: [denied, denied] });
    expect(names()).toEqual(all);
  });

  it('stay in dry run, and after a read of the fleet that failed', async () => {
    for (const { aws, run, names } of [setUp({ DRY_RUN: 'true' }), setUp()]) {
      aws.fail('tag:GetResources', { code: 'AccessDenied' });
      for (let count = 0; count < 4; count += 1) await run();
      expect(names()).toEqual(all);
    }
  });

  it('are deleted one by one where one of them may not be deleted', async () => {
    const { aws, run, names } = setUp();
    for (let count = 0; count < 2; count += 1) await run();
    const { deleteAlarms } = aws.ports.fleet;
    const denied = { ok: false, failure: { call: 'cloudwatch:DeleteAlarms', kind: 'denied', code: 'AccessDenied' } };
    Object.assign(aws.ports.fleet, {
      deleteAlarms: async (given: readonly string[]) =>
        given.includes('gone-scale-up') ? denied : await deleteAlarms(given),
    });
    expect(await run()).toMatchObject({ removed: ['gone-scale-down'], failures: [{ code: 'AccessDenied' }] });
    expect(names()).toEqual(['gone-scale-up', 'orders-scale-down', 'orders-scale-up']);
  });
});
