/** An AWS error in the spelling of the protocol that was spoken. */
import { AwsServiceError } from '../../simulator/models/aws-service-error.ts';
import { cloudWatchErrorAnswer } from '../cloudwatch/error-answer.ts';
import type { ApiCall, ApiResponse, Protocol, ServiceName } from './api-call.ts';
import { AWS_CBOR_HEADERS, writeCbor } from './aws-cbor.ts';
import { escapeXml } from './query-endpoint.ts';

const NAMESPACES: Partial<Readonly<Record<ServiceName, string>>> = {
  sns: 'http://sns.amazonaws.com/doc/2010-03-31/',
  sts: 'https://sts.amazonaws.com/doc/2011-06-15/',
};

/** Statuses other than 400, from the services' models. */
const STATUSES: Readonly<Record<string, number>> = {
  AccessDenied: 403,
  AuthorizationError: 403,
  InternalFailure: 500,
  InternalFailureException: 500,
  InternalError: 500,
  InternalServerError: 500,
  InternalServiceFault: 500,
  ServiceException: 500,
  ServiceUnavailable: 503,
  ServiceUnavailableException: 503,
  PreconditionFailedException: 412,
  RequestEntityTooLargeException: 413,
  TooManyRequestsException: 429,
};

export function errorResponse(
  error: AwsServiceError,
  call: Pick<ApiCall, 'protocol' | 'requestId'> & { readonly service?: ServiceName },
): ApiResponse {
  // Its statuses and codes come from its own schemas.
  if (call.service === 'cloudwatch') return cloudWatchErrorAnswer(error, call);
  const status = statusOf(error, call.protocol, call.service);
  const { name, message, details } = error;
  switch (call.protocol) {
    case 'json':
      return {
        status,
        headers: {
          'content-type': 'application/x-amz-json-1.1',
          'x-amzn-errortype': name,
          ...queryError(name, status, call),
        },
        body: JSON.stringify({
          __type: call.service === 'sqs' ? `com.amazonaws.sqs#${name}` : name,
          message,
          ...details,
        }),
      };
    case 'rest-json':
      return {
        status,
        headers: { 'content-type': 'application/json', 'x-amzn-errortype': name },
        body: JSON.stringify({ Type: status < 500 ? 'User' : 'Service', Message: message, message, ...details }),
      };
    case 'cbor':
      return {
        status,
        headers: { ...AWS_CBOR_HEADERS, 'x-amzn-errortype': name },
        body: writeCbor({ __type: name, message, ...details }),
      };
    case 'query':
      return {
        status,
        headers: { 'content-type': 'text/xml' },
        body:
          `<ErrorResponse xmlns="${NAMESPACES[call.service ?? 'sns'] ?? ''}"><Error>` +
          `<Type>${status < 500 ? 'Sender' : 'Receiver'}</Type><Code>${escapeXml(name)}</Code>` +
          `<Message>${escapeXml(message)}</Message></Error><RequestId>${call.requestId}</RequestId></ErrorResponse>`,
      };
  }
}

/** SQS also gives the codes of its older protocol, which some clients show. */
function queryError(name: string, status: number, { service }: { readonly service?: ServiceName }) {
  if (service !== 'sqs') return {};
  const code = SQS_QUERY_CODES[name] ?? name;
  return { 'x-amzn-query-error': `${code};${status < 500 ? 'Sender' : 'Receiver'}` };
}

const SQS_QUERY_CODES: Readonly<Record<string, string>> = {
  QueueDoesNotExist: 'AWS.SimpleQueueService.NonExistentQueue',
  QueueNameExists: 'QueueAlreadyExists',
  MessageNotInflight: 'AWS.SimpleQueueService.MessageNotInflight',
  EmptyBatchRequest: 'AWS.SimpleQueueService.EmptyBatchRequest',
  TooManyEntriesInBatchRequest: 'AWS.SimpleQueueService.TooManyEntriesInBatchRequest',
  BatchEntryIdsNotDistinct: 'AWS.SimpleQueueService.BatchEntryIdsNotDistinct',
  BatchRequestTooLong: 'AWS.SimpleQueueService.BatchRequestTooLong',
  InvalidBatchEntryId: 'AWS.SimpleQueueService.InvalidBatchEntryId',
};

/** Unknown to AWS, a fault of local AWS itself: shown as AWS shows its own. */
export function internalFailure(error: unknown): AwsServiceError {
  return new AwsServiceError('InternalFailure', error instanceof Error ? error.message : String(error));
}

function statusOf(error: AwsServiceError, protocol: Protocol, service: ServiceName | undefined): number {
  const known = STATUSES[error.name];
  if (known !== undefined) return known;
  if (protocol === 'rest-json' || service === 'sns') {
    if (/NotFound/.test(error.name)) return 404;
    if (error.name === 'ResourceConflictException') return 409;
  }
  return 400;
}
