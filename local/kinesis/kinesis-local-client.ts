/** Calls of kinesis-local in JSON. It wants a signature to be there and takes the region from it, but does not check it. */
import { type Agent, type IncomingMessage, request } from 'node:http';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { AwsServiceError } from '../../simulator/models/aws-service-error.ts';
import type { JsonObject } from '../wire/api-call.ts';
import type { ShardBackend } from './shard-backend.ts';

export interface KinesisLocalTarget {
  readonly port: number;
  readonly agent: Agent;
  readonly region: string;
  readonly accountId: string;
}

const PATIENCE_MS = 30_000;
const POLL_MS = 25;

/** @param patienceMs how long to ask again while the stream is not ACTIVE: it is so for the millisecond that was asked for, and a little longer under load. */
export function kinesisLocalClient(target: KinesisLocalTarget, patienceMs = PATIENCE_MS): Required<ShardBackend> {
  return {
    call: (operation, input) => whenActive(() => post(target, operation, input), patienceMs),
    subscribe: (input) => whenActive(() => open(target, 'SubscribeToShard', input), patienceMs),
  };
}

async function whenActive<T>(call: () => Promise<T>, patienceMs: number): Promise<T> {
  const giveUpMs = performance.now() + patienceMs;
  for (;;) {
    try {
      return await call();
    } catch (error) {
      const busy =
        error instanceof AwsServiceError && /not (currently )?active|in state (CREATING|UPDATING)/i.test(error.message);
      if (!busy || performance.now() > giveUpMs) throw error;
      await sleep(POLL_MS);
    }
  }
}

async function post(target: KinesisLocalTarget, operation: string, input: JsonObject): Promise<JsonObject> {
  const text = await textOf(await open(target, operation, input));
  return text === '' ? {} : JSON.parse(text);
}

/** @returns the body of an answer that is no refusal. HTTP/1.1 only. */
async function open(target: KinesisLocalTarget, operation: string, input: JsonObject): Promise<Readable> {
  const { port, agent, region, accountId } = target;
  const body = JSON.stringify(input);
  const headers = {
    'content-type': 'application/x-amz-json-1.1',
    'content-length': Buffer.byteLength(body),
    'x-amz-target': `Kinesis_20131202.${operation}`,
    'x-amz-date': '20260101T000000Z',
    authorization: `AWS4-HMAC-SHA256 Credential=${accountId}/20260101/${region}/kinesis/aws4_request, SignedHeaders=host;x-amz-date, Signature=0`,
  };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, method: 'POST', path: '/', agent, headers }, resolve);
    sent.on('error', reject);
    sent.end(body);
  });
  if (response.statusCode === 200) return response;
  const text = await textOf(response);
  const answer: JsonObject = text === '' ? {} : JSON.parse(text);
  const name = String(answer.__type ?? 'InternalFailure').replace(/^.*#/, '');
  throw new AwsServiceError(name, String(answer.message ?? text));
}

async function textOf(body: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
