/** One run has fifteen minutes, a fleet may have more streams: what a run does not reach is handed on, and nothing is forgotten. */
import { describe, expect, it } from 'vitest';
import { orphanTag, ownerTag } from '../../../core/stream/tag-settings.ts';
import { formatBasicTime } from '../../../core/time.ts';
import type { FleetPort } from '../../../lambda/ports.ts';
import { type RunRequest, reconcileFleet } from '../../../lambda/triggers/reconcile-fleet.ts';
import { minute, now, sampleSettings } from '../../core/samples.ts';
import { contextOf, deploymentOf } from '../deployments.ts';
import { fleetPortOf, refused } from '../fleet-port.ts';
import { MemoryAccount } from '../memory-account.ts';

const environment = {
  DRY_RUN: 'false',
  DISCOVERY_TOPIC_ARN: 'arn:aws:sns:eu-west-1:123456789012:scaling',
  DISCOVERY_OWNER: 'us',
};
/** The last alarm is one of a stream that has been gone for a while. */
const owned = ['stream-01-scale-up', 'stream-52-scale-up', 'gone-scale-up'];

/** 52 streams: two more than a batch, before which the time is checked. */
function setUp(answers: Partial<FleetPort> = {}) {
  const names = Array.from({ length: 52 }, (_, index) => `stream-${String(index + 1).padStart(2, '0')}`);
  const aws = new MemoryAccount();
  for (const name of [...names, 'gone']) aws.addStream(name, 4, sampleSettings());
  aws.streams.delete('gone');
  const saidNo = `${formatBasicTime(now - 20 * minute)} ${formatBasicTime(now - 5 * minute)}`;
  aws.alarms.set('gone-scale-up', { ...aws.alarm('gone-scale-up'), tags: { [orphanTag]: saidNo } });
  const deployment = deploymentOf(Object.fromEntries(names.map((name) => [name, {}])), environment);
  const { port, ...seen } = fleetPortOf({}, owned, answers);
  const run = (request: Partial<RunRequest> = {}) =>
    reconcileFleet(
      { cause: 'deploy', after: '', functionName: 'reconciler', remainingMs: () => 10 * minute, ...request },
      contextOf(aws, deployment, port),
    );
  return { names, run, ...seen };
}

const streamsOf = ({ reports }: Awaited<ReturnType<typeof reconcileFleet>>) =>
  reports.map(({ streamName }) => streamName);

describe('a run with time enough', () => {
  it('goes over the whole fleet, then removes the alarms of streams that ask no longer', async () => {
    const { names, run, asked, deleted, handedOn } = setUp();
    const result = await run();
    expect(streamsOf(result)).toEqual(names);
    expect(result).toMatchObject({ failures: [], notReached: 0, alarmsRemoved: ['gone-scale-up'] });
    expect(asked).toEqual([`${ownerTag}=us`]);
    expect(deleted).toEqual(['gone-scale-up']);
    expect(handedOn).toEqual([]);
  });

  it('goes on while a minute remains, and no longer', async () => {
    const { run } = setUp();
    expect(await run({ remainingMs: () => minute })).toMatchObject({ notReached: 0 });
    expect(await run({ remainingMs: () => minute - 1 })).toMatchObject({ notReached: 2 });
  });

  it('reports calls that failed and concern no single stream', async () => {
    expect(await setUp({ deleteAlarms: async () => refused }).run()).toMatchObject({
      failures: [refused.failure],
      alarmsRemoved: [],
    });
    const unread = await setUp({ streamTags: async () => refused }).run();
    expect(unread).toMatchObject({ failures: [refused.failure], alarmsRemoved: [] });
    expect(unread.reports).toHaveLength(52);
  });
});

describe('a run whose time is up', () => {
  it('hands on after the last stream that it reached, and leaves removals to the last run', async () => {
    const { names, run, deleted, handedOn } = setUp();
    const result = await run({ remainingMs: () => 0 });
    expect(streamsOf(result)).toEqual(names.slice(0, 50));
    expect(result).toMatchObject({ failures: [], notReached: 2, alarmsRemoved: [] });
    expect(handedOn).toEqual([['reconciler', { cause: 'deploy', after: 'stream-50' }]]);
    expect(deleted).toEqual([]);
  });

  it('is continued after that stream, and removes no alarms of the streams before it', async () => {
    const { run, deleted } = setUp();
    expect(streamsOf(await run({ after: 'stream-50' }))).toEqual(['stream-51', 'stream-52']);
    expect(deleted).toEqual(['gone-scale-up']);
  });

  it('fails when the rest could not be handed on', async () => {
    const { run } = setUp({ invokeLater: async () => refused });
    expect(await run({ remainingMs: () => 0 })).toMatchObject({ notReached: 2, failures: [refused.failure] });
  });
});
