/**
 * Every single fault: each call of a scale-up and of a load check that scales, with the faults that differ most for it. All
 * calls of all stories with all faults are the table of `npm run bench:faults`.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CallOfStory, FaultRun, type StoryName } from './fault-run.ts';

/** `one for each call`: the faults take turns. */
export type Extent = 'one for each call' | 'all that differ';

/** What a call that only reads can suffer; that it had its effect makes no difference. One of them for each call, in turn. */
const faultsOfReads = ['access denied', 'internal error for long', 'killed before'];
/** For the calls on which the rest depends. */
const faultsOfDecidingCalls = [
  'throttled for long',
  'access denied',
  'internal error',
  'time-out after',
  'reset before',
  'killed before',
  'killed after',
];
/** For those that come last. */
const faultsOfLastCalls = ['access denied', 'time-out after', 'killed before'];
const reading = /:(Describe|Get|List)/;
const deciding = /:(AddTagsToStream|UpdateShardCount|PutMetricAlarm .*-up$)/;

export function describeEveryFault(extent: Extent): void {
  const faultsOfWrite = ({ key }: CallOfStory, index: number) => {
    const all = deciding.test(key) ? faultsOfDecidingCalls : faultsOfLastCalls;
    if (extent === 'all that differ') return all;
    // That the call took effect and nobody knows it is the worst that can happen to a call on which the rest depends.
    return new Set([inTurn(all, index), ...all.filter((fault) => fault === 'killed after')]);
  };

  describe('every single fault', () => {
    let run: FaultRun;
    beforeAll(async () => {
      run = await FaultRun.start();
    });
    afterAll(() => run?.stop());

    it('of a read of a scale-up leaves nothing behind', async () => {
      const calls = (await run.listCalls('scale up')).filter(({ key }) => reading.test(key));
      expect(calls).toHaveLength(8);
      expect(await playAll(run, 'scale up', calls, (_, index) => [inTurn(faultsOfReads, index)])).toEqual([]);
    });

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
      expect(await playAll(run, 'scale up', calls, faultsOfWrite)).toEqual([]);
    });

    it('of the read of a consumer leaves no reservation behind after a scale-down', async () => {
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

  describe('every single fault of a load check', () => {
    let run: FaultRun;
    beforeAll(async () => {
      run = await FaultRun.start('of looks');
    });
    afterAll(() => run?.stop());

    it('leaves nothing behind: the next load check decides anew', async () => {
      const calls = await run.listCalls('look');
      const reads = calls.filter(({ key }) => reading.test(key));
      const writes = calls.filter(({ key }) => !reading.test(key));
      expect(reads.some(({ key }) => key.startsWith('cloudwatch:GetMetricData'))).toBe(true);
      expect(writes.map(({ key }) => key.split(' ')[0])).toEqual(
        expect.arrayContaining(['kinesis:AddTagsToStream', 'kinesis:UpdateShardCount', 'cloudwatch:PutMetricAlarm']),
      );
      const kindsOf = ({ key }: CallOfStory) =>
        reading.test(key) ? faultsOfReads : ['killed before', 'time-out after'];
      const chosen = extent === 'all that differ' ? calls : writes;
      expect(await playAll(run, 'look', chosen, (call, index) => [inTurn(kindsOf(call), index)])).toEqual([]);
    });
  });
}

/** @returns what is wrong after each of the faults; nothing if all were healed. */
async function playAll(
  run: FaultRun,
  story: StoryName,
  calls: readonly CallOfStory[],
  faultsOf: (call: CallOfStory, index: number) => Iterable<string>,
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

function inTurn(faults: readonly string[], index: number): string {
  return faults[index % faults.length] ?? '';
}
