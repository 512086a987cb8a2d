import {
  CreateLogGroupCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  GetLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { expect, test } from 'vitest';
import { clientsOf, START_MS, startFixture } from './local-fixture.ts';

async function startLogs() {
  const fixture = await startFixture();
  for (let index = 0; index < 5; index += 1) {
    fixture.aws.logs.append('group', index < 4 ? 'b-stream' : 'a-stream', `line ${index}`);
    await fixture.pass(1_000);
  }
  return { ...fixture, logs: clientsOf(fixture.aws).logs };
}

test('GetLogEvents gives the newest events first, the oldest from the head, and goes on by its tokens', async () => {
  const { logs } = await startLogs();
  const stream = { logGroupName: 'group', logStreamName: 'b-stream', limit: 2 };
  const read = async (input: object) => {
    const page = await logs.send(new GetLogEventsCommand({ ...stream, ...input }));
    return { lines: page.events?.map(({ message }) => message), ...page };
  };
  const newest = await read({});
  expect(newest.lines).toEqual(['line 2', 'line 3']);
  expect((await read({ nextToken: newest.nextBackwardToken })).lines).toEqual(['line 0', 'line 1']);
  const oldest = await read({ startFromHead: true });
  expect(oldest.lines).toEqual(['line 0', 'line 1']);
  expect((await read({ nextToken: oldest.nextForwardToken })).lines).toEqual(['line 2', 'line 3']);
  expect((await read({ startTime: START_MS, endTime: START_MS + 1_000 })).lines).toEqual(['line 0']);
});

test('log groups and streams are found by prefix, ordered as asked, and paged', async () => {
  const { logs } = await startLogs();
  const streams = async (input: object) =>
    (await logs.send(new DescribeLogStreamsCommand({ logGroupName: 'group', ...input }))).logStreams?.map(
      ({ logStreamName }) => logStreamName,
    );
  expect(await streams({})).toEqual(['a-stream', 'b-stream']);
  expect(await streams({ orderBy: 'LastEventTime' })).toEqual(['b-stream', 'a-stream']);
  expect(await streams({ descending: true, limit: 1 })).toEqual(['b-stream']);
  expect(await streams({ logStreamNamePrefix: 'b' })).toEqual(['b-stream']);
  await logs.send(new CreateLogGroupCommand({ logGroupName: '/aws/Other', kmsKeyId: 'key' }));
  await expect(logs.send(new CreateLogGroupCommand({ logGroupName: 'group' }))).rejects.toMatchObject({
    name: 'ResourceAlreadyExistsException',
  });
  const found = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePattern: 'other' }));
  expect(found.logGroups).toMatchObject([{ logGroupName: '/aws/Other', kmsKeyId: 'key' }]);
  const page = await logs.send(new DescribeLogGroupsCommand({ limit: 1 }));
  expect([page.logGroups?.length, page.nextToken === undefined]).toEqual([1, false]);
});
