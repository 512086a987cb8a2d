/**
 * The one place where parameters are refused that local AWS does not model: what an endpoint never sees it cannot pass
 * over in silence.
 */
import { AwsServiceError } from '../../simulator/models/aws-service-error.ts';
import { NOT_MODELLED, notModelled } from '../../simulator/models/not-modelled.ts';
import type { ApiCall, JsonObject } from '../wire/api-call.ts';
import { acceptedPaths, type OperationRules } from './parameter-rules.ts';
import { SERVED, UNSERVED } from './served-operations.ts';
import { BOTOCORE_VERSION, operationModel, type Shape, serviceModel } from './service-model.ts';

/**
 * @throws AwsServiceError NotModelled for an operation of AWS that is not served here; UnknownOperationException
 *   (InvalidAction in the Query protocol) for one that AWS does not have either.
 */
export function assertServed({
  service,
  operation,
  protocol,
}: Pick<ApiCall, 'service' | 'operation' | 'protocol'>): void {
  if (Object.hasOwn(SERVED[service], operation)) return;
  if (serviceModel(service).operations.includes(operation)) {
    throw notModelled(`the call ${operation}`, UNSERVED[operation] ?? 'docs/local-aws.md lists the calls that are');
  }
  const name = protocol === 'query' ? 'InvalidAction' : 'UnknownOperationException';
  throw new AwsServiceError(name, `${operation} is not an operation of AWS (${service})`);
}

/** @throws AwsServiceError NotModelled that names every parameter that is neither honoured nor stored, and the ways out. */
export function assertModelled(
  { service, operation }: Pick<ApiCall, 'service' | 'operation'>,
  input: JsonObject,
): void {
  const model = operationModel(service, operation);
  const rules = SERVED[service][operation];
  if (model === undefined || rules === undefined) throw new Error(`${operation} is served without a model`);
  const refusals = [...refusedIn({ shape: model.input, node: treeOf(rules), path: '' }, input)].map(
    ({ path, said, why }) => `${said}; ${why ?? rules.refused?.[path] ?? 'remove it'}`,
  );
  if (refusals.length === 0) return;
  throw new AwsServiceError(NOT_MODELLED, `not modelled by local AWS: ${[...new Set(refusals)].join('. And: ')}`);
}

interface Refusal {
  readonly path: string;
  readonly said: string;
  readonly why?: string;
}

interface Place {
  readonly shape: Shape;
  readonly node: PathNode;
  readonly path: string;
}

function* refusedIn(place: Place, value: unknown): Iterable<Refusal> {
  const { shape, node, path } = place;
  if (value === undefined || value === null || node.children.size === 0) return;
  if (typeof shape === 'string') {
    if (!node.children.has(String(value))) yield { path, said: `${path} ${JSON.stringify(value)}` };
  } else if ('list' in shape) {
    for (const item of Array.isArray(value) ? value : []) yield* refusedIn({ ...place, shape: shape.list }, item);
  } else if (typeof value === 'object') {
    for (const [name, item] of Object.entries(value)) yield* refusedMember(place, name, item);
  }
}

function* refusedMember({ shape, node, path }: Place, name: string, value: unknown): Iterable<Refusal> {
  if (value === undefined || value === null || typeof shape === 'string' || 'list' in shape) return;
  const memberPath = path === '' ? name : `${path}.${name}`;
  const memberShape = 'map' in shape ? shape.map : shape.members[name];
  const child = node.children.get(name);
  if (memberShape === undefined) {
    yield {
      path: memberPath,
      said: memberPath,
      why: `the service model (botocore ${BOTOCORE_VERSION}) does not have it`,
    };
  } else if (child === undefined) yield { path: memberPath, said: memberPath };
  else yield* refusedIn({ shape: memberShape, node: child, path: memberPath }, value);
}

/** Accepted paths as a tree; a node without children accepts whatever is below it. */
interface PathNode {
  readonly children: Map<string, PathNode>;
}

const trees = new WeakMap<OperationRules, PathNode>();

function treeOf(rules: OperationRules): PathNode {
  const known = trees.get(rules);
  if (known !== undefined) return known;
  const root: PathNode = { children: new Map() };
  for (const path of acceptedPaths(rules).keys()) {
    let node = root;
    for (const part of path.split('.')) {
      const child = node.children.get(part) ?? { children: new Map() };
      node.children.set(part, child);
      node = child;
    }
  }
  // An operation without accepted parameters accepts none, which a node without children would not say.
  if (root.children.size === 0) root.children.set('', { children: new Map() });
  trees.set(rules, root);
  return root;
}
