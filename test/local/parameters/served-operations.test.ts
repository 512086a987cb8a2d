/** Over the wire: every call that has rules is served, and a refusal reaches an SDK as what it is. */
import { SubscribeCommand } from '@aws-sdk/client-sns';
import { expect, test } from 'vitest';
import { SERVED } from '../../../local/parameters/served-operations.ts';
import { operationModel } from '../../../local/parameters/service-model.ts';
import type { ServiceName } from '../../../local/wire/api-call.ts';
import { VirtualClock } from '../../../simulator/models/clock.ts';
import { clientsOf, startFixture } from '../local-fixture.ts';

const TARGETS: Partial<Readonly<Record<ServiceName, string>>> = {
  kinesis: 'Kinesis_20131202',
  cloudwatch: 'GraniteServiceVersion20100801',
  sqs: 'AmazonSQS',
  logs: 'Logs_20140328',
  tagging: 'ResourceGroupsTaggingAPI_20170126',
};
const VERSIONS: Partial<Readonly<Record<ServiceName, string>>> = { sns: '2010-03-31', sts: '2011-06-15' };

test('local AWS has an implementation for every call that its rules name', async () => {
  const { aws } = await startFixture();
  const missing: string[] = [];
  for (const service of Object.keys(SERVED) as ServiceName[]) {
    for (const operation of Object.keys(SERVED[service])) {
      const answer = await call(aws.endpoint, service, operation);
      // 500 is what a bug of ours gives; an empty input gives a refusal, or an answer.
      if (answer.status === 500) missing.push(`${service} ${operation}: ${await answer.text()}`);
    }
  }
  expect(missing).toEqual([]);
});

test('an SDK shows the refusal of a parameter with its own code and does not send the call again', async () => {
  // Or the SDK would send the call again for the difference of the clocks.
  const { aws } = await startFixture({ clock: new VirtualClock({ startMs: Date.now() }) });
  const TopicArn = aws.topics.create('alarms');
  const { sns } = clientsOf(aws, { maxAttempts: 3 });
  const subscribe = new SubscribeCommand({ TopicArn, Protocol: 'sms', Endpoint: '+1' });
  await expect(sns.send(subscribe)).rejects.toMatchObject({
    name: 'NotModelled',
    message: 'not modelled by local AWS: Protocol "sms"; subscribe a queue (sqs) or a function (lambda) instead',
    $metadata: { httpStatusCode: 400, attempts: 1 },
  });
  expect(aws.topics.subscriptions(TopicArn)).toEqual([]);
});

function call(endpoint: string, service: ServiceName, operation: string): Promise<Response> {
  const http = operationModel(service, operation)?.http;
  if (http !== undefined) {
    return fetch(`${endpoint}${http.path.replaceAll(/\{\w+\}/g, 'x')}`, { method: http.method, ...body(http.method) });
  }
  const target = TARGETS[service];
  if (target !== undefined) {
    const headers = { 'x-amz-target': `${target}.${operation}` };
    return fetch(endpoint, { method: 'POST', headers, body: '{}' });
  }
  const form = new URLSearchParams({ Action: operation, Version: VERSIONS[service] ?? '' });
  return fetch(endpoint, { method: 'POST', body: form });
}

function body(method: string) {
  return method === 'GET' || method === 'DELETE' ? {} : { body: '{}' };
}
