/**
 * Finds which service and operation a request means: by `X-Amz-Target` (JSON, Kinesis's CBOR), by path (RPC v2 CBOR, Lambda's
 * REST) or by `Action` and `Version` (Query).
 */
import { notModelled } from '../../simulator/models/not-modelled.ts';
import { type ApiRequest, type Protocol, SERVICE_NAMES, type ServiceName } from './api-call.ts';
import { restOperation } from './rest-paths.ts';

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
const SQS_VERSION = '2012-11-05';
const RPC_PATH = /^\/service\/([^/]+)\/operation\/([^/]+)$/;

/** @throws AwsServiceError NotModelled if no endpoint here serves the request. */
export function findRoute(request: ApiRequest): Route {
  const target = request.headers['x-amz-target'];
  if (typeof target === 'string') {
    const [prefix = '', operation = ''] = target.split('.');
    const isCbor = request.headers['content-type']?.startsWith('application/x-amz-cbor-1.1') === true;
    return named(TARGETS[prefix], operation, isCbor ? 'cbor' : 'json', target);
  }
  const rpc = RPC_PATH.exec(request.path);
  if (rpc !== null) return named(TARGETS[rpc[1] ?? ''], rpc[2] ?? '', 'cbor', request.path);
  if (request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true) {
    const form = new URLSearchParams(request.body.toString());
    const action = form.get('Action') ?? '';
    const version = form.get('Version') ?? '';
    if (version === SQS_VERSION) throw notModelled('SQS in the Query protocol', 'use a newer client: it speaks JSON');
    return named(QUERY_VERSIONS[version], action, 'query', `Action=${action}&Version=${version}`);
  }
  const operation = restOperation('lambda', request.method, request.path);
  return named(operation === undefined ? undefined : 'lambda', operation ?? '', 'rest-json', request.path);
}

function named(service: ServiceName | undefined, operation: string, protocol: Protocol, asked: string): Route {
  if (service === undefined || operation === '') {
    throw notModelled(`a service that answers ${asked}`, `local AWS serves ${SERVICE_NAMES.join(', ')}`);
  }
  return { service, operation, protocol };
}
