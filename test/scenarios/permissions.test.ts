/**
 * Failure 33: "the role grants more than is used". Every path of the functions is run; each call must be granted by the role
 * that the synthesized template gives its function, and each grant must be used by a path.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { disagreementsOf } from './support/agreement.ts';
import { resourcesOf } from './support/call-key.ts';
import { large } from './support/fleet.ts';
import { covers, demandsOf, type Grant, grantsOf } from './support/role-policies.ts';
import { minuteMs, Scenario } from './support/scenario.ts';

/** Lambda itself writes logs and dead letters with the function's role. */
const usedByLambda = /^(logs:|sqs:SendMessage$)/;

let account: Scenario;
let grants: ReadonlyMap<string, readonly Grant[]>;
const used = new Set<Grant>();
const refused = new Set<string>();

beforeAll(async () => {
  account = await Scenario.start(large);
  const { aws, stack, scalerName, reconcilerName } = account;
  const roleOf = (name: string) => aws.lambda.functions.get(name).role;
  grants = new Map([scalerName, reconcilerName].map((name) => [name, grantsOf(stack, roleOf(name))]));
  aws.calls.addHook((call, when) => {
    if (when === 'after' || call.caller.kind !== 'function') return;
    const { functionName } = call.caller;
    for (const demand of demandsOf(call, aws)) {
      const granting = (grants.get(functionName) ?? []).filter((grant) => covers(grant, demand, aws));
      for (const grant of granting) used.add(grant);
      if (granting.length === 0) refused.add(`${functionName}: ${demand.action} on ${demand.resource}`);
    }
  });
  await account.reconcile();
});
afterAll(() => account?.stop());

function fail(operation: string, code: string, streamName?: string): void {
  account.aws.calls.faults.add({
    operation,
    fault: { kind: 'error', code },
    matches: (call) => streamName === undefined || resourcesOf(call).includes(streamName),
    times: 1,
  });
}

it('scaling up and down, with consumers raised and lowered', async () => {
  const stream = account.take('served');
  stream.surge(4);
  await account.pass(10 * minuteMs);
  expect(stream.concurrency).toBe(16);
  stream.setTags({ 'autoscaling/scale-down-cooldown-minutes': '0' });
  stream.loadShards = 2;
  await account.fire(stream, 'down');
  await account.pass(30 * minuteMs);
  await account.reconcile();
  // That the resharding is over was seen just now; readers are past it some minutes later.
  await account.pass(5 * minuteMs);
  await account.reconcile();
  expect(stream.concurrency).toBe(8);
  expect(disagreementsOf(stream)).toEqual([]);
  // The fall-back: a raise that is refused for good frees the consumer.
  fail('PutFunctionConcurrency', 'InvalidParameterValueException');
  await account.fire(stream, 'up');
  await account.pass(10 * minuteMs);
  expect(stream.openShardCount).toBe(8);
  // A hot shard would be split; shards without records cannot be, so that all of them are doubled.
  stream.overloadFirstShard();
  await account.fire(stream, 'up');
  await account.pass(10 * minuteMs);
  expect(stream.openShardCount).toBe(16);
});

it('a refused call: its cause is looked up, and people are told', async () => {
  const [limited, denied] = [account.take('plain'), account.take('plain')];
  fail('UpdateShardCount', 'LimitExceededException', limited.name);
  fail('UpdateShardCount', 'AccessDeniedException', denied.name);
  for (const stream of [limited, denied]) stream.surge(4);
  await account.pass(10 * minuteMs);
  expect([limited.openShardCount, denied.openShardCount]).toEqual([8, 8]);
  expect(account.aws.topics.published.some(({ topicArn }) => topicArn.includes('Pager'))).toBe(true);
});

it('reconciling: drift, alarms to re-arm, bounds, a fleet too large for one run, questions', async () => {
  const [drifted, bounded, unanswered] = [account.take('plain'), account.take('plain'), account.take('plain')];
  drifted.model.reshardByHand(6, account.clock.nowMs());
  bounded.setTags({ 'autoscaling/min-shards': '8' });
  account.aws.topics.behaviour = { delaysMs: [] };
  unanswered.surge(4);
  await account.pass(15 * minuteMs);
  account.aws.topics.behaviour = { delaysMs: [0] };
  const reconciler = account.aws.lambda.functions.get(account.reconcilerName);
  account.aws.lambda.redefine({ ...reconciler, timeoutSeconds: 59 });
  await account.reconcile();
  await account.pass(5 * minuteMs);
  account.aws.lambda.redefine({ ...reconciler, timeoutSeconds: reconciler.timeoutSeconds });
  await account.reconcile();
  expect(drifted.judgedShardCount('up')).toBe('6');
  expect([bounded.openShardCount, unanswered.openShardCount]).toEqual([8, 8]);
  const answer = await account.invoke(account.reconcilerName, { ask: 'explain', streams: [drifted.name] });
  expect(answer.kind).toBe('success');
});

it('a stream that asks by its tag: its alarms are made, it scales with its consumer, and they go with the tag', async () => {
  const { aws } = account;
  const stream = await account.create('asking', {
    'autoscaling/enabled': 'true',
    'autoscaling/consumers': 'asking-processor/2',
    'autoscaling/concurrency-fallback': 'remove',
  });
  const processor = aws.lambda.functions.get('asking-processor');
  aws.lambda.functions.set({ ...processor, tags: { 'autoscaling/enabled': 'true' } });
  await account.reconcile();
  await account.fire(stream, 'up');
  await account.pass(10 * minuteMs);
  expect([stream.openShardCount, stream.concurrency]).toEqual([8, 16]);
  fail('PutFunctionConcurrency', 'InvalidParameterValueException');
  await account.fire(stream, 'up');
  await account.pass(10 * minuteMs);
  expect(stream.openShardCount).toBe(16);
  stream.model.tags.remove(['autoscaling/enabled'], account.clock.nowMs());
  // The stream must have said no for ten minutes.
  for (let run = 0; run < 3; run += 1) {
    await account.reconcile();
    await account.pass(5 * minuteMs);
  }
  expect(aws.cloudwatch.describeAlarms({ AlarmNamePrefix: 'asking-' }).MetricAlarms).toEqual([]);
});

// After all paths, for it judges what they used.
it('33: no call was made that its role does not grant, and no grant is left that no path uses', () => {
  expect([...refused]).toEqual([]);
  const unused = new Set([...grants.values()].flat().map(({ action, conditions }) => nameOf(action, conditions)));
  for (const { action, conditions } of used) unused.delete(nameOf(action, conditions));
  expect([...unused].filter((name) => !usedByLambda.test(name))).toEqual([]);
});

function nameOf(action: string, conditions: object): string {
  return Object.keys(conditions).length === 0 ? action : `${action} if ${JSON.stringify(conditions)}`;
}
