/** A refusal of CloudWatch in the protocol that was spoken: status and Query code by the SDK's own error schemas. */
import * as cloudwatch from '@aws-sdk/client-cloudwatch';
import { cbor } from '@smithy/core/cbor';
import { NormalizedSchema } from '@smithy/core/schema';
import type { AwsServiceError } from '../../simulator/models/aws-service-error.ts';
import type { ApiCall, ApiResponse } from '../wire/api-call.ts';
import { escapeXml } from '../wire/query-endpoint.ts';
import { CBOR_HEADERS, JSON_HEADERS, QUERY_NAMESPACE, XML_HEADERS } from './spellings.ts';

export function cloudWatchErrorAnswer(
  error: AwsServiceError,
  call: Pick<ApiCall, 'protocol' | 'requestId'>,
): ApiResponse {
  const { name, message, details } = error;
  const { code, status } = ERRORS.get(name) ?? unlisted(name);
  const sender = status < 500 ? 'Sender' : 'Receiver';
  // Of the two spellings an error's schema has one; the SDKs take either.
  const members = { __type: `com.amazonaws.cloudwatch#${name}`, message, ...details };
  const queryError = { 'x-amzn-query-error': `${code};${sender}` };
  switch (call.protocol) {
    case 'cbor':
      return { status, headers: { ...CBOR_HEADERS, ...queryError }, body: Buffer.from(cbor.serialize(members)) };
    case 'query':
      return {
        status,
        headers: XML_HEADERS,
        body:
          `<ErrorResponse xmlns="${QUERY_NAMESPACE}"><Error><Type>${sender}</Type><Code>${escapeXml(code)}</Code>` +
          `<Message>${escapeXml(message)}</Message></Error><RequestId>${call.requestId}</RequestId></ErrorResponse>`,
      };
    case 'json':
    case 'rest-json':
      return { status, headers: { ...JSON_HEADERS, ...queryError }, body: JSON.stringify(members) };
  }
}

interface ErrorOnTheWire {
  /** What the Query protocol calls it, and x-amzn-query-error: `ValidationError` for ValidationException. */
  readonly code: string;
  readonly status: number;
}

// The tag of an error among the SDK's static schemas.
const ERROR_SCHEMA = -3;

const ERRORS: ReadonlyMap<string, ErrorOnTheWire> = new Map(
  Object.values(cloudwatch).flatMap((exported): [string, ErrorOnTheWire][] => {
    if (!Array.isArray(exported) || exported[0] !== ERROR_SCHEMA) return [];
    const schema = NormalizedSchema.of(exported as never);
    const { awsQueryError, httpError } = schema.getMergedTraits();
    const name = schema.getName() ?? '';
    const [code = name, status = 400] = (awsQueryError ?? []) as readonly [string?, number?];
    return [[name, { code, status: typeof httpError === 'number' ? httpError : status }]];
  }),
);

/** Errors that every AWS service shares are in no service's model. */
function unlisted(name: string): ErrorOnTheWire {
  return { code: name, status: COMMON_STATUSES[name] ?? 400 };
}

const COMMON_STATUSES: Readonly<Record<string, number>> = {
  AccessDenied: 403,
  AccessDeniedException: 403,
  InternalFailure: 500,
  ServiceUnavailable: 503,
};
