/**
 * Finds which service and operation a request means: by `X-Amz-Target` (JSON), by path (RPC v2 CBOR, Lambda's
 * REST) or by `Action` and `Version` (Query).
 */
import { AwsServiceError } from '../../simulator/models/aws-service-error.ts';
import type { ApiRequest, Protocol, ServiceName } from './api-call.ts';
import { lambdaOperation } from './lambda-paths.ts';

export interface Route {
  readonly service: ServiceName;
  readonly operation: string;
  readonly protocol: Protocol;
}

const TARGETS: Readonly<Record<string, ServiceName>> = {
  Kinesis_20131202: 'kinesis',
  GraniteServiceVersion20100801: 'cloudwatch',
  AmazonSQS: 'sqs',
  Logs_20140328: 'logs',
  ResourceGroupsTaggingAPI_20170126: 'tagging',
};
const QUERY_VERSIONS: Readonly<Record<string, ServiceName>> = {
  '2010-08-01': 'cloudwatch',
  '2010-03-31': 'sns',
  '2011-06-15': 'sts',
};
const RPC_PATH = /^\/service\/([^/]+)\/operation\/([^/]+)$/;

/** @throws AwsServiceError UnknownOperationException if no endpoint here serves the request. */
export function findRoute(request: ApiRequest): Route {
  const target = request.headers['x-amz-target'];
  if (typeof target === 'string') {
    const [prefix = '', operation = ''] = target.split('.');
    return named(TARGETS[prefix], operation, 'json', target);
  }
  const rpc = RPC_PATH.exec(request.path);
  if (rpc !== null) return named(TARGETS[rpc[1] ?? ''], rpc[2] ?? '', 'cbor', request.path);
  if (request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true) {
    const form = new URLSearchParams(request.body.toString());
    const action = form.get('Action') ?? '';
    return named(QUERY_VERSIONS[form.get('Version') ?? ''], action, 'query', `Action=${action}`);
  }
  const operation = lambdaOperation(request.method, request.path);
  return named(operation === undefined ? undefined : 'lambda', operation ?? '', 'rest-json', request.path);
}

function named(service: ServiceName | undefined, operation: string, protocol: Protocol, asked: string): Route {
  if (service === undefined || operation === '') {
    throw new AwsServiceError('UnknownOperationException', `local AWS has no service that answers ${asked}`);
  }
  return { service, operation, protocol };
}
