/** The protocols that CloudWatch's service model lists, each as a syntax for the trees of `shapes.ts`. */
import { cbor, dateToTag } from '@smithy/core/cbor';
import { AwsServiceError } from '../../simulator/models/aws-service-error.ts';
import { operationModel } from '../parameters/service-model.ts';
import type { ApiCall, ApiResponse } from '../wire/api-call.ts';
import { escapeXml } from '../wire/query-endpoint.ts';
import { readForm } from '../wire/query-form.ts';
import type { Members, Spelling } from './shapes.ts';

export interface WireProtocol extends Spelling {
  /** @throws AwsServiceError SerializationException */
  readonly parse: (call: ApiCall) => unknown;
  /** @param output undefined for an operation whose output has no members */
  readonly answer: (call: ApiCall, output: Members | undefined) => ApiResponse;
}

export const QUERY_NAMESPACE = 'http://monitoring.amazonaws.com/doc/2010-08-01/';
export const CBOR_HEADERS = { 'content-type': 'application/cbor', 'smithy-protocol': 'rpc-v2-cbor' } as const;
export const JSON_HEADERS = { 'content-type': 'application/x-amz-json-1.0' } as const;
export const XML_HEADERS = { 'content-type': 'text/xml' } as const;

export const JSON_PROTOCOL: WireProtocol = {
  scalarsAreText: false,
  parse: ({ request: { body } }) => parsed('JSON', () => (body.length === 0 ? {} : JSON.parse(body.toString()))),
  readTimestamp: fromEpochSeconds,
  writeTimestamp: (date) => date.getTime() / 1000,
  answer: (_call, output) => ({ status: 200, headers: JSON_HEADERS, body: JSON.stringify(output ?? {}) }),
};

export const CBOR_PROTOCOL: WireProtocol = {
  scalarsAreText: false,
  parse: ({ request: { body } }) => parsed('CBOR', () => (body.length === 0 ? {} : cbor.deserialize(body))),
  readTimestamp: (value) => {
    const tagged = typeof value === 'object' && value !== null && 'tag' in value && value.tag === 1;
    return tagged && 'value' in value ? fromEpochSeconds(value.value) : undefined;
  },
  writeTimestamp: dateToTag,
  answer: (_call, output) => ({ status: 200, headers: CBOR_HEADERS, body: Buffer.from(cbor.serialize(output ?? {})) }),
};

export const QUERY_PROTOCOL: WireProtocol = {
  scalarsAreText: true,
  parse: ({ operation, request: { body } }) =>
    readForm(body.toString(), operationModel('cloudwatch', operation)?.input ?? { members: {} }),
  readTimestamp: (value) => (typeof value === 'string' ? new Date(value) : undefined),
  writeTimestamp: (date) => date.toISOString(),
  answer: ({ operation, requestId }, output) => {
    const result = output === undefined ? '' : element(`${operation}Result`, output);
    return {
      status: 200,
      headers: XML_HEADERS,
      body:
        `<${operation}Response xmlns="${QUERY_NAMESPACE}">${result}` +
        `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${operation}Response>`,
    };
  },
};

function parsed(syntax: string, parse: () => unknown): unknown {
  try {
    return parse();
  } catch {
    throw new AwsServiceError('SerializationException', `The body is not ${syntax}.`);
  }
}

function fromEpochSeconds(value: unknown): Date | undefined {
  return typeof value === 'number' ? new Date(value * 1000) : undefined;
}

function element(name: string, value: unknown): string {
  return `<${name}>${content(value)}</${name}>`;
}

function content(value: unknown): string {
  if (Array.isArray(value)) return value.map((item) => element('member', item)).join('');
  if (typeof value === 'object' && value !== null)
    return Object.entries(value)
      .map(([name, member]) => element(name, member))
      .join('');
  return escapeXml(String(value));
}
