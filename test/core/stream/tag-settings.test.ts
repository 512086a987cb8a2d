import { describe, expect, it } from 'vitest';
import { tagOf } from '../../../core/settings/setting-tag.ts';
import type { StreamSettings } from '../../../core/settings/stream-settings.ts';
import {
  applyOverrides,
  fingerprintOfFaults,
  haveFaultsChanged,
  notifiedFaultsTag,
} from '../../../core/stream/tag-settings.ts';
import { sampleSettings } from '../samples.ts';

const arnOf = (name: string) => `arn:aws:lambda:eu-west-1:123456789012:function:${name}`;
const apply = (tags: Record<string, string>, base: Partial<StreamSettings> = {}) =>
  applyOverrides(sampleSettings(base), tags, arnOf);

describe('settings in a stream’s tags', () => {
  it('override the deployment’s settings', () => {
    const { settings, faults, contradictions } = apply({
      'autoscaling/min-shards': '12',
      'autoscaling/scale-up-threshold': ' 0.65 ',
      'autoscaling/iterator-age': 'ignore',
      'autoscaling/consumers': 'orders-processor/2 audit',
      team: 'checkout',
    });
    expect(settings).toEqual(
      sampleSettings({
        minShards: 12,
        scaleUpThreshold: 0.65,
        iteratorAge: 'ignore',
        consumers: [{ functionArn: arnOf('orders-processor'), lambdasPerShard: 2 }, { functionArn: arnOf('audit') }],
      }),
    );
    expect([...faults, ...contradictions]).toEqual([]);
  });

  it('leave the deployment’s settings, the very object, where there is no tag', () => {
    const base = sampleSettings();
    expect(applyOverrides(base, { team: 'checkout' }, arnOf).settings).toBe(base);
  });

  it('may repeat the deployment’s values without a fault', () => {
    const base = sampleSettings({ minShards: 4 });
    const same = { 'autoscaling/min-shards': '4', 'autoscaling/policy': 'doubling' };
    const { settings, faults, contradictions } = applyOverrides(base, same, arnOf);
    expect(settings).toBe(base);
    expect([...faults, ...contradictions]).toEqual([]);
  });

  it('cannot change the policy, which the stack must know when it is deployed', () => {
    expect(apply({ 'autoscaling/policy': 'target' })).toEqual({
      settings: sampleSettings(),
      faults: [
        {
          field: 'autoscaling/policy',
          value: '"target"',
          problem: 'cannot be set by a tag',
          remedy: expect.stringMatching(/^set policy where the stream is deployed from: /),
        },
      ],
      contradictions: [],
    });
  });

  it('are checked against the deployment’s settings and not against the defaults', () => {
    const { settings, faults, contradictions } = apply(
      { 'autoscaling/scale-down-threshold': '0.4' },
      { scaleUpThreshold: 0.9 },
    );
    expect(settings).toMatchObject({ scaleUpThreshold: 0.9, scaleDownThreshold: 0.4 });
    expect([...faults, ...contradictions]).toEqual([]);
  });

  it.each([
    ['autoscaling/min-shards', 'four', '"four"'],
    ['autoscaling/min-shards', '4 shards', '"4 shards"'],
    ['autoscaling/min-shards', 'about 4', '"about 4"'],
    ['autoscaling/min-shards', '0', '0'],
    ['autoscaling/min-shards', '', '""'],
    ['autoscaling/iterator-age', 'maybe', '"maybe"'],
    ['autoscaling/hot-shard', '7', '"7"'],
    ['autoscaling/consumers', 'orders:processor', '"orders:processor"'],
  ])('%s = %j is a fault, and the deployment’s value stays in force', (tag, value, quoted) => {
    const { settings, faults, contradictions } = apply(
      { [tag]: value, 'autoscaling/max-shards': '8' },
      { minShards: 2 },
    );
    expect(settings).toEqual(sampleSettings({ minShards: 2, maxShards: 8 }));
    expect(faults.map((fault) => [fault.field, fault.value])).toEqual([[tag, quoted]]);
    expect(contradictions).toEqual([]);
  });

  it('that contradict each other are contradictions, and none of them is in force', () => {
    const { settings, contradictions } = apply({ 'autoscaling/min-shards': '9', 'autoscaling/max-shards': '8' });
    expect(settings).toEqual(sampleSettings());
    expect(contradictions.map(({ field }) => field)).toEqual(['autoscaling/min-shards']);
  });

  it('are named after the settings', () => {
    expect(tagOf('scaleDownDatapointsToAlarm')).toBe('autoscaling/scale-down-datapoints-to-alarm');
  });
});

describe('the tag autoscaling/consumers', () => {
  it('names functions with white space between them, each with one or two digits', () => {
    const { settings, faults } = apply({ 'autoscaling/consumers': ' orders-processor/10   audit ' });
    expect(settings.consumers.map(({ lambdasPerShard }) => lambdasPerShard)).toEqual([10, undefined]);
    expect(faults).toEqual([]);
  });

  it('removes all consumers where it is empty', () => {
    const { settings } = apply({ 'autoscaling/consumers': ' ' });
    expect(settings.consumers).toEqual([]);
  });

  it('shows in a fault how it is written, and names itself in a contradiction', () => {
    expect(apply({ 'autoscaling/consumers': 'a:b' }).faults).toEqual([
      {
        field: 'autoscaling/consumers',
        value: '"a:b"',
        problem: 'is not NAME or NAME/LAMBDAS_PER_SHARD',
        remedy: 'give for example orders-processor/2',
      },
    ]);
    const { contradictions } = apply({ 'autoscaling/consumers': 'audit audit/2' });
    expect(contradictions.map(({ field }) => field)).toEqual(['autoscaling/consumers[1].functionArn']);
  });
});

describe('notices of tag faults', () => {
  const { faults } = apply({ 'autoscaling/min-shards': 'x' });
  const remembered = { [notifiedFaultsTag]: fingerprintOfFaults(faults) };

  it('a fault of which nobody was notified counts as changed', () => {
    expect(haveFaultsChanged(faults, {})).toBe(true);
  });

  it('a fault of which people were notified counts as unchanged', () => {
    expect(haveFaultsChanged(faults, remembered)).toBe(false);
  });

  it('the end of all faults counts as a change, and leaves an empty fingerprint', () => {
    expect(haveFaultsChanged([], remembered)).toBe(true);
    expect(fingerprintOfFaults([])).toBe('');
  });

  it('a stream that never had a fault counts as unchanged', () => {
    expect(haveFaultsChanged([], {})).toBe(false);
  });
});
