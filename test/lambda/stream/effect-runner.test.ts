import { describe, expect, it } from 'vitest';
import type { ScalingEffect, SetConcurrency } from '../../../core/plan/effects.ts';
import { aborts, runEffects } from '../../../lambda/stream/effect-runner.ts';
import { sampleAlarmState, sampleDefinition, sampleSettings } from '../../core/samples.ts';
import { MemoryAccount } from '../memory-account.ts';

function setUp() {
  const aws = new MemoryAccount();
  aws.addStream('orders', 4, sampleSettings());
  aws.functions.set('orders-processor', { reserved: 4, reads: true });
  return aws;
}

const alarm = sampleAlarmState('up');
const tagStream: ScalingEffect = { kind: 'tag-stream', tags: { team: 'checkout' }, onFailure: 'abort' };
const update: ScalingEffect = { kind: 'update-shard-count', from: 4, to: 8, onFailure: 'abort' };
const put: ScalingEffect = {
  kind: 'put-alarm',
  alarmName: alarm.alarmName,
  definition: sampleDefinition('up', 8),
  userParts: alarm.userParts,
  onFailure: 'abort',
};
const rearm: ScalingEffect = {
  kind: 'rearm-alarm',
  alarmName: alarm.alarmName,
  why: 'nothing-holds-it',
  onFailure: 'continue',
};
const tagAlarm: ScalingEffect = {
  kind: 'tag-alarm',
  alarmName: alarm.alarmName,
  alarmArn: alarm.alarmArn,
  tags: { ScaleAction: 'Up' },
  onFailure: 'continue',
};
const reserve: SetConcurrency = {
  kind: 'set-concurrency',
  functionName: 'orders-processor',
  from: 4,
  to: 8,
  onFailure: 'fall-back',
};

describe('effects', () => {
  it('make exactly the call that they describe', async () => {
    const aws = setUp();
    aws.fire('orders', 'up');
    const outcomes = await runEffects([[tagStream, put, rearm, tagAlarm, reserve]], 'orders', aws.ports);
    expect(outcomes).toEqual([tagStream, put, rearm, tagAlarm, reserve].map((effect) => ({ effect })));
    expect(aws.stream('orders').tags).toEqual({ team: 'checkout' });
    expect(aws.alarm(alarm.alarmName)).toMatchObject({
      definition: sampleDefinition('up', 8),
      state: 'INSUFFICIENT_DATA',
      tags: { ScaleAction: 'Up' },
    });
    expect(aws.function('orders-processor').reserved).toBe(8);
    await runEffects([[update]], 'orders', aws.ports);
    expect(aws.scalings).toEqual([{ streamName: 'orders', from: 4, to: 8 }]);
  });

  it('create an alarm with its tags', async () => {
    const aws = setUp();
    aws.alarms.clear();
    const create: ScalingEffect = { ...put, kind: 'create-alarm', tags: { 'autoscaling/owner': 'us' } };
    await runEffects([[create]], 'orders', aws.ports);
    expect(aws.alarm(alarm.alarmName).tags).toEqual({ 'autoscaling/owner': 'us' });
  });

  it('of a lane run in order, those of two lanes side by side', async () => {
    const aws = setUp();
    await runEffects([[put, rearm], [reserve]], 'orders', aws.ports);
    expect(aws.operations()).toEqual([
      'cloudwatch:PutMetricAlarm',
      'lambda:PutFunctionConcurrency',
      'cloudwatch:SetAlarmState',
    ]);
  });
});

describe('a failed effect', () => {
  it('ends its lane and no other, where it aborts', async () => {
    const aws = setUp();
    aws.fail('cloudwatch:PutMetricAlarm', { code: 'Throttling' });
    const outcomes = await runEffects([[put, rearm, tagAlarm], [tagStream]], 'orders', aws.ports);
    expect(outcomes.map(({ effect, failure }) => [effect.kind, failure?.code])).toEqual([
      ['put-alarm', 'Throttling'],
      ['tag-stream', undefined],
    ]);
    expect(aborts(outcomes)).toBe(true);
  });

  it('lets its lane go on, where it does not abort', async () => {
    const aws = setUp();
    aws.fail('cloudwatch:SetAlarmState', { code: 'Throttling' });
    const outcomes = await runEffects([[rearm, tagAlarm]], 'orders', aws.ports);
    expect(outcomes.map(({ failure }) => failure?.code)).toEqual(['Throttling', undefined]);
    expect(aborts(outcomes)).toBe(false);
  });

  it('is not seen where every effect worked', async () => {
    expect(aborts(await runEffects([[put]], 'orders', setUp().ports))).toBe(false);
    expect(aborts([])).toBe(false);
  });
});

describe('the fall-back of a reservation', () => {
  it.each<[string, Partial<SetConcurrency>, { code: string; retryable?: boolean }, number | undefined]>([
    ['takes ours away when it cannot be raised', {}, { code: 'InvalidParameterValueException' }, undefined],
    ['waits when the call may work later', {}, { code: 'TooManyRequestsException', retryable: true }, 4],
    ['is not for a reservation to be kept', { onFailure: 'continue' }, { code: 'InvalidParameterValueException' }, 4],
  ])('%s, and the failure is reported', async (_what, change, failing, reserved) => {
    const aws = setUp();
    aws.fail('lambda:PutFunctionConcurrency', failing);
    const [outcome] = await runEffects([[{ ...reserve, ...change }]], 'orders', aws.ports);
    expect(outcome?.failure?.code).toBe(failing.code);
    expect(aws.function('orders-processor').reserved).toBe(reserved);
  });

  it('reports its own failure', async () => {
    const aws = setUp();
    aws.fail('lambda:PutFunctionConcurrency', { code: 'InvalidParameterValueException' });
    aws.fail('lambda:DeleteFunctionConcurrency', { code: 'AccessDeniedException' });
    const [outcome] = await runEffects([[reserve]], 'orders', aws.ports);
    expect(outcome?.failure?.code).toBe('AccessDeniedException');
  });
});
