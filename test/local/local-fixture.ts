/** Local AWS on a discrete-event clock, SDK clients for it, and functions from a few lines of source. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api';
import { SNSClient } from '@aws-sdk/client-sns';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { onTestFinished } from 'vitest';
import type { FunctionDefinition } from '../../local/lambda/function-definition.ts';
import { functionWithoutCode } from '../../local/lambda/function-definition.ts';
import { type LocalAws, type LocalAwsOptions, startLocalAws } from '../../local/local-aws.ts';
import { VirtualClock } from '../../simulator/models/clock.ts';

export const START_MS = Date.UTC(2026, 0, 1);
export const MINUTE_MS = 60_000;

export interface LocalFixture {
  readonly aws: LocalAws;
  readonly clock: VirtualClock;
  /** Lets the clock run for so long. */
  readonly pass: (ms: number) => Promise<void>;
}

/** Stopped when the test has finished. */
export async function startFixture(options: Partial<LocalAwsOptions> = {}): Promise<LocalFixture> {
  const clock = new VirtualClock({ startMs: START_MS });
  const aws = await startLocalAws({ clock, streams: 'no-records', ...options });
  onTestFinished(() => aws.stop());
  return { aws, clock, pass: (ms) => clock.runUntil(clock.nowMs() + ms) };
}

export function clientOptions({ endpoint, account }: LocalAws) {
  return {
    endpoint,
    region: account.region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    requestHandler: new NodeHttpHandler(),
    maxAttempts: 1,
  };
}

export function clientsOf(aws: LocalAws, changes: { readonly region?: string; readonly maxAttempts?: number } = {}) {
  const options = { ...clientOptions(aws), ...changes };
  return {
    cloudwatch: new CloudWatchClient(options),
    kinesis: new KinesisClient(options),
    lambda: new LambdaClient(options),
    logs: new CloudWatchLogsClient(options),
    sns: new SNSClient(options),
    tagging: new ResourceGroupsTaggingAPIClient(options),
  };
}

/** @param source a CommonJS module that exports `handler`. */
export async function addFunction(
  aws: LocalAws,
  name: string,
  source: string,
  changes: Partial<FunctionDefinition> = {},
): Promise<FunctionDefinition> {
  const folder = await mkdtemp(join(tmpdir(), 'kinesis-autoscaler-test-'));
  try {
    await writeFile(join(folder, 'index.js'), source);
    return aws.lambda.redefine({
      ...functionWithoutCode(aws.account, name, aws.clock.nowMs()),
      code: await aws.lambda.code.fromFolder(folder),
      ...changes,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A call of local AWS from within a function, by nothing but Node's own http. */
export const CALL_SOURCE = `
const http = require('node:http');
function call(target, input, timeoutMs) {
  return new Promise((resolve, reject) => {
    const request = http.request(process.env.AWS_ENDPOINT_URL, {
      method: 'POST',
      headers: {
        'x-amz-target': target,
        'content-type': 'application/x-amz-json-1.1',
        authorization: 'AWS4-HMAC-SHA256 Credential=' + process.env.AWS_ACCESS_KEY_ID + '/20260101/eu-west-1/kinesis/aws4_request',
      },
    }, (response) => {
      let text = '';
      response.on('data', (chunk) => { text += chunk; });
      response.on('end', () => resolve({ status: response.statusCode, body: text === '' ? {} : JSON.parse(text) }));
    });
    request.on('error', reject);
    if (timeoutMs) setTimeout(() => request.destroy(new Error('gave up')), timeoutMs);
    request.end(JSON.stringify(input));
  });
}
`;

/** A JSON call from outside, for services without an SDK client here. */
export async function callJson(
  aws: LocalAws,
  target: string,
  input: object,
): Promise<Readonly<Record<string, unknown>>> {
  const headers = { 'x-amz-target': target, 'content-type': 'application/x-amz-json-1.0' };
  const response = await fetch(aws.endpoint, { method: 'POST', headers, body: JSON.stringify(input) });
  return (await response.json()) as Readonly<Record<string, unknown>>;
}
