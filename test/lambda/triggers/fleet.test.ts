import { describe, expect, it } from 'vitest';
import { isEnabled, ownerTag } from '../../../core/stream/tag-settings.ts';
import type { FleetPort, UntaggedAlarm } from '../../../lambda/ports.ts';
import { findFleet } from '../../../lambda/triggers/fleet.ts';
import { sampleAlarmState } from '../../core/samples.ts';
import { deploymentOf } from '../deployments.ts';
import { fleetPortOf, refused } from '../fleet-port.ts';

const topicArn = 'arn:aws:sns:eu-west-1:123456789012:scaling';
const environment = { DRY_RUN: 'false', DISCOVERY_TOPIC_ARN: topicArn, DISCOVERY_OWNER: 'us' };

describe('the fleet', () => {
  it('is the deployed streams, in order, where discovery is off', async () => {
    const { port } = fleetPortOf({ clicks: { 'autoscaling/enabled': 'true' } });
    expect(await findFleet(deploymentOf({ orders: {}, clicks: {} }), port)).toEqual({
      streamNames: ['clicks', 'orders'],
      tags: undefined,
      newAlarm: undefined,
      failures: [],
    });
  });

  it('includes those that ask, once each, and how to make their alarms', async () => {
    const { port } = fleetPortOf({
      orders: { 'autoscaling/enabled': 'true' },
      clicks: { 'autoscaling/enabled': ' True ' },
      visits: { 'autoscaling/enabled': 'false' },
      audit: {},
    });
    expect(await findFleet(deploymentOf({ orders: {} }, environment), port)).toMatchObject({
      streamNames: ['clicks', 'orders'],
      newAlarm: { topicArn, tags: { [ownerTag]: 'us' } },
      failures: [],
    });
  });

  it('is the deployed streams alone when the tags cannot be read', async () => {
    const { port } = fleetPortOf({}, [], { streamTags: async () => refused });
    expect(await findFleet(deploymentOf({ orders: {}, clicks: {} }, environment), port)).toEqual({
      streamNames: ['clicks', 'orders'],
      tags: undefined,
      newAlarm: undefined,
      failures: [refused.failure],
    });
  });

  it.each([
    ['true', true],
    ['TRUE ', true],
    ['yes', false],
    ['', false],
  ])('a stream with autoscaling/enabled = %j asks to be managed: %s', (value, expected) => {
    expect(isEnabled({ 'autoscaling/enabled': value })).toBe(expected);
    expect(isEnabled({})).toBe(false);
  });
});

describe('without settings.json', () => {
  const takenOver = { ...deploymentOf({}), streams: undefined };
  const { tags: _, ...up } = sampleAlarmState('up');
  const alarmsOf = (...alarms: readonly UntaggedAlarm[]): Partial<FleetPort> => ({
    alarms: async () => ({ ok: true, value: alarms }),
  });

  it('the streams are those that have scaling alarms', async () => {
    const { tags: __, ...down } = sampleAlarmState('down');
    const { port } = fleetPortOf({}, [], alarmsOf(up, down));
    expect(await findFleet(takenOver, port)).toMatchObject({
      streamNames: ['orders'],
      newAlarm: undefined,
      failures: [],
    });
  });

  it.each<[string, UntaggedAlarm]>([
    ['an alarm named after something else', { ...up, alarmName: 'queue-scale-up' }],
    ['an alarm of another kind', { ...up, alarmName: 'orders-errors' }],
    [
      'an alarm without the metric math',
      { ...up, definition: { ...up.definition, metrics: up.definition.metrics.slice(0, 2) } },
    ],
    ['an alarm that notifies nobody', { ...up, userParts: { ...up.userParts, alarmActions: [] } }],
  ])('%s is left alone', async (_what, alarm) => {
    const { port } = fleetPortOf({}, [], alarmsOf(alarm));
    expect((await findFleet(takenOver, port)).streamNames).toEqual([]);
  });

  it('alarms of another topic are not ours where a topic is named', async () => {
    const { port } = fleetPortOf({}, [], alarmsOf(up));
    const of = (alarmTopicArn: string) => ({ ...takenOver, discovery: { alarmTopicArn, owner: 'us' } });
    expect((await findFleet(of(up.userParts.alarmActions[0] ?? ''), port)).streamNames).toEqual(['orders']);
    expect((await findFleet(of('arn:aws:sns:eu-west-1:123456789012:other'), port)).streamNames).toEqual([]);
  });

  it('alarms that cannot be read are a failure', async () => {
    const { port } = fleetPortOf({}, [], { alarms: async () => refused });
    expect(await findFleet(takenOver, port)).toMatchObject({ streamNames: [], failures: [refused.failure] });
  });
});
