/** A REST service's requests, by the methods and paths of its model. */
import { operationModel, serviceModel } from '../parameters/service-model.ts';
import type { ApiCall, JsonObject, ServiceName } from './api-call.ts';
import { parseJsonBody } from './json-endpoint.ts';

interface Path {
  readonly operation: string;
  readonly method: string;
  readonly pattern: RegExp;
  readonly labels: readonly string[];
}

const paths = new Map<ServiceName, readonly Path[]>();

export function restOperation(service: ServiceName, method: string, path: string): string | undefined {
  return pathsOf(service).find((candidate) => candidate.method === method && candidate.pattern.test(path))?.operation;
}

/**
 * The input of a call, from path, query, headers and body. A body that is a payload stays a text.
 * @throws AwsServiceError SerializationException
 */
export function readRest(call: ApiCall): JsonObject {
  const { service, operation, request } = call;
  const at: Readonly<Record<string, string>> = operationModel(service, operation)?.http?.at ?? {};
  const found = pathsOf(service).find((candidate) => candidate.operation === operation);
  const match = found?.pattern.exec(request.path);
  const labels = new Map(found?.labels.map((label, index) => [label, decodeURIComponent(match?.[index + 1] ?? '')]));
  const outside = Object.entries(at).map(([member, place]) => [member, read(call, place, labels.get(member))]);
  const hasPayload = Object.values(at).includes('body');
  return {
    ...(hasPayload ? {} : parseJsonBody(call)),
    ...queryStrangers(call, at),
    ...Object.fromEntries(outside.filter(([, value]) => value !== undefined)),
  };
}

function read({ request }: ApiCall, place: string, label: string | undefined): unknown {
  const [kind = '', name = ''] = place.split(':');
  switch (kind) {
    case 'uri':
      return label;
    case 'query': {
      const values = request.query.getAll(name);
      // Of a list, such as tagKeys, the name comes once for each element.
      return name === 'tagKeys' ? values : values[0];
    }
    case 'header':
      return request.headers[name.toLowerCase()];
    default:
      return request.body.length === 0 ? undefined : request.body.toString();
  }
}

/** Query members that the model does not have are kept, so that they can be refused. */
function queryStrangers({ request }: ApiCall, at: Readonly<Record<string, string>>): JsonObject {
  const known = new Set(Object.values(at));
  return Object.fromEntries([...request.query].filter(([name]) => !known.has(`query:${name}`)));
}

function pathsOf(service: ServiceName): readonly Path[] {
  const known = paths.get(service) ?? Object.entries(serviceModel(service).paths ?? {}).map(compile);
  paths.set(service, known);
  return known;
}

function compile([operation, [method, path]]: [string, readonly [string, string]]): Path {
  const labels = [...path.matchAll(/\{(\w+)\+?\}/g)].map((match) => match[1] ?? '');
  // The last label may hold an ARN with slashes.
  const pattern = path
    .replace(/\/$/, '')
    .replace(/\{\w+\+?\}(?=\/)/g, '([^/]+)')
    .replace(/\{\w+\+?\}$/, operation.includes('Tag') ? '(.+)' : '([^/]+)');
  return { operation, method, labels, pattern: new RegExp(`^${pattern}/?$`) };
}
