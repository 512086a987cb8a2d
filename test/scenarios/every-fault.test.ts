/**
 * Every single fault, a representative part of it: each call of a scale-up, with the faults that differ most for it. All calls
 * of all stories with all faults are the table of `npm run bench:faults`.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CallOfStory, FaultRun, type StoryName } from './support/fault-run.ts';

/** What a call that only reads can suffer; that it had its effect makes no difference. One of them for each call, in turn. */
const faultsOfReads = ['access denied', 'internal error for long', 'killed before'];
/** All of them for the calls on which the rest depends, three for those that come last. */
const faultsOfDecidingCalls = [
  'throttled for long',
  'access denied',
  'internal error',
  'time-out after',
  'reset before',
  'killed before',
  'killed after',
];
const faultsOfLastCalls = ['access denied', 'time-out after', 'killed before'];
const reading = /:(Describe|Get|List)/;
const deciding = /:(AddTagsToStream|UpdateShardCount|PutMetricAlarm .*-up$)/;

async function playAll(
  run: FaultRun,
  story: StoryName,
  calls: readonly CallOfStory[],
  faultsOf: (call: CallOfStory, index: number) => readonly string[],
): Promise<string[]> {
  const wrong: string[] = [];
  for (const [index, call] of calls.entries()) {
    for (const fault of faultsOf(call, index)) {
      const texts = await run.play(story, call, fault);
      wrong.push(...texts.map((text) => `${call.key}, ${fault}: ${text}`));
    }
  }
  return wrong;
}

describe('every single fault', () => {
  let run: FaultRun;
  beforeAll(async () => {
    run = await FaultRun.start();
  });
  afterAll(() => run?.stop());

  it('of a read of a scale-up leaves nothing behind', async () => {
    const calls = (await run.listCalls('scale up')).filter(({ key }) => reading.test(key));
    expect(calls).toHaveLength(8);
    expect(
      await playAll(run, 'scale up', calls, (_, index) => faultsOfReads.slice(index % 3, (index % 3) + 1)),
    ).toEqual([]);
  }, 120_000);

  it('of a write of a scale-up leaves nothing behind', async () => {
    const calls = (await run.listCalls('scale up')).filter(({ key }) => !reading.test(key));
    expect(calls.map(({ key }) => key.split(' ')[0])).toEqual([
      'kinesis:AddTagsToStream',
      expect.stringMatching(/UpdateShardCount|PutFunctionConcurrency/),
      expect.stringMatching(/UpdateShardCount|PutFunctionConcurrency/),
      'cloudwatch:PutMetricAlarm',
      'cloudwatch:PutMetricAlarm',
      expect.stringMatching(/SetAlarmState|TagResource/),
      expect.stringMatching(/SetAlarmState|TagResource/),
      'cloudwatch:TagResource',
      'sns:Publish',
    ]);
    expect(
      await playAll(run, 'scale up', calls, ({ key }) =>
        deciding.test(key) ? faultsOfDecidingCalls : faultsOfLastCalls,
      ),
    ).toEqual([]);
  }, 120_000);

  it('that takes away what is known of a consumer leaves no reservation behind after a scale-down', async () => {
    const calls = await run.listCalls('scale down');
    const ofConsumer = calls.filter(({ key }) => key.startsWith('lambda:GetFunctionConcurrency'));
    expect(await playAll(run, 'scale down', ofConsumer, () => ['access denied'])).toEqual([]);
  });

  it('of the call that brings a stream into its bounds leaves its consumer neither too large nor too small', async () => {
    const calls = await run.listCalls('reconcile bounds');
    const updates = calls.filter(({ key }) => key.startsWith('kinesis:UpdateShardCount'));
    expect(await playAll(run, 'reconcile bounds', updates, () => ['throttled for long', 'killed after'])).toEqual([]);
  });
});

describe('every single fault of a look', () => {
  let run: FaultRun;
  beforeAll(async () => {
    run = await FaultRun.start('of looks');
  });
  afterAll(() => run?.stop());

  it('leaves nothing behind: the next one looks anew', async () => {
    const calls = await run.listCalls('look');
    const reads = calls.filter(({ key }) => reading.test(key));
    expect(reads.some(({ key }) => key.startsWith('cloudwatch:GetMetricData'))).toBe(true);
    expect(calls.filter((call) => !reads.includes(call)).map(({ key }) => key.split(' ')[0])).toEqual(
      expect.arrayContaining(['kinesis:AddTagsToStream', 'kinesis:UpdateShardCount', 'cloudwatch:PutMetricAlarm']),
    );
    // One for each call, in turn; the table has them all.
    const faultsOf = ({ key }: CallOfStory, index: number) => {
      const kinds = reading.test(key) ? faultsOfReads : ['killed before', 'time-out after'];
      return kinds.slice(index % kinds.length, (index % kinds.length) + 1);
    };
    expect(await playAll(run, 'look', calls, faultsOf)).toEqual([]);
  }, 120_000);
});
