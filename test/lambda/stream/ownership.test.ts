import { describe, expect, it } from 'vitest';
import { ownershipOf, settingsOf } from '../../../lambda/stream/ownership.ts';
import { sampleAlarm } from '../../core/samples.ts';
import { deploymentOf } from '../deployments.ts';

const discovering = { DRY_RUN: 'false', DISCOVERY_TOPIC_ARN: 'arn:aws:sns:eu-west-1:123456789012:scaling' };

describe('the owner of an alarm', () => {
  it.each([
    ['a deployed stream’s own alarm', deploymentOf({ orders: {} }), sampleAlarm('up'), 'ours'],
    ['its other one', deploymentOf({ orders: {} }), sampleAlarm('down'), 'ours'],
    [
      'an alarm of another name on it',
      deploymentOf({ orders: {} }),
      sampleAlarm('up', { alarmName: 'x-scale-up' }),
      'not-ours',
    ],
    ['another stream’s', deploymentOf({ clicks: {} }), sampleAlarm('up'), 'not-ours'],
    [
      'another stream’s where streams may ask',
      deploymentOf({ clicks: {} }, discovering),
      sampleAlarm('up'),
      'ours-if-tagged',
    ],
    [
      'an alarm of another name where streams may ask',
      deploymentOf({ clicks: {} }, discovering),
      sampleAlarm('up', { alarmName: 'x-scale-up' }),
      'not-ours',
    ],
    [
      'any, in a take-over by code alone',
      deploymentOf(undefined),
      sampleAlarm('up', { alarmName: 'x-scale-up' }),
      'ours',
    ],
  ])('%s', (_what, deployment, alarm, expected) => {
    expect(ownershipOf(deployment, alarm)).toBe(expected);
  });
});

describe('a stream’s settings', () => {
  it('are its own, or the deployment’s defaults', () => {
    const deployment = deploymentOf({ orders: { minShards: 4 } }, { MIN_SHARDS: '2' });
    expect(settingsOf(deployment, 'orders').minShards).toBe(4);
    expect(settingsOf(deployment, 'clicks').minShards).toBe(2);
    expect(settingsOf(deploymentOf(undefined, { MIN_SHARDS: '3' }), 'clicks').minShards).toBe(3);
  });
});
