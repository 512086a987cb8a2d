/**
 * AWS's CBOR protocol 1.1, older than Smithy's RPC v2: what the AWS SDK for Java speaks with Kinesis, and so KCL and KPL.
 * Bytes are byte strings, and a time is a tagged count of milliseconds, where JSON has base64 and seconds.
 */
import { cbor, tag } from '@smithy/core/cbor';
import { AwsServiceError } from '../../simulator/models/aws-service-error.ts';
import { operationModel, type Shape } from '../parameters/service-model.ts';
import type { ApiCall, JsonObject } from './api-call.ts';

export const AWS_CBOR_HEADERS = { 'content-type': 'application/x-amz-cbor-1.1' } as const;

/** The input as JSON would have it. @throws AwsServiceError SerializationException. */
export function readCbor({ service, operation, request }: ApiCall): JsonObject {
  const shape = operationModel(service, operation)?.input ?? { members: {} };
  return toJson(decode(request.body), shape) as JsonObject;
}

/** The output as JSON has it, in CBOR. */
export function writeCbor(output: JsonObject): Buffer {
  return Buffer.from(cbor.serialize(fromJson(output, '')));
}

function decode(body: Buffer): unknown {
  if (body.length === 0) return {};
  try {
    const decoded: unknown = cbor.deserialize(body);
    if (typeof decoded === 'object' && decoded !== null && !Array.isArray(decoded)) return decoded;
  } catch {
    // Said below, for both cases alike.
  }
  throw new AwsServiceError('SerializationException', 'the body is not a CBOR map');
}

function toJson(value: unknown, shape: Shape): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (shape === 't') return secondsOf(value);
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'object' || value === null || typeof shape === 'string') return value;
  if ('list' in shape) return Array.isArray(value) ? value.map((item) => toJson(item, shape.list)) : value;
  const shapeOf = (name: string): Shape => ('map' in shape ? shape.map : (shape.members[name] ?? 's'));
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, toJson(item, shapeOf(name))]));
}

function secondsOf(value: unknown): unknown {
  const milliseconds = typeof value === 'object' && value !== null && 'value' in value ? value.value : value;
  return typeof milliseconds === 'number' || typeof milliseconds === 'bigint' ? Number(milliseconds) / 1000 : value;
}

const BYTES = new Set(['Data']);
const TIMES = /Timestamp$/;

function fromJson(value: unknown, name: string): unknown {
  if (typeof value === 'string' && BYTES.has(name)) return new Uint8Array(Buffer.from(value, 'base64'));
  if (typeof value === 'number' && TIMES.test(name)) return tag({ tag: 1, value: Math.round(value * 1000) });
  if (value instanceof Date) return tag({ tag: 1, value: value.getTime() });
  if (Array.isArray(value)) return value.map((item) => fromJson(item, name));
  if (typeof value !== 'object' || value === null) return value;
  const present = Object.entries(value).filter(([, item]) => item !== undefined && item !== null);
  return Object.fromEntries(present.map(([member, item]) => [member, fromJson(item, member)]));
}
