/** The form of the Query protocol, read by the shapes of the service's model. */
import { AwsServiceError } from '../../simulator/models/aws-service-error.ts';
import type { Shape, StructureShape } from '../parameters/service-model.ts';
import type { JsonObject } from './api-call.ts';

/**
 * `A.member.1.B=x` becomes `{A: [{B: 'x'}]}`, `M.entry.1.key=k` with its value `{M: {k: …}}`. Scalars stay texts: what they
 * stand for the endpoint knows. Members that the model does not have are kept, so that they can be refused.
 * @throws AwsServiceError SerializationException if one name is given both a value and members
 */
export function readForm(body: string, shape: StructureShape): JsonObject {
  const root: FormNode = { text: undefined, children: new Map() };
  for (const [name, text] of new URLSearchParams(body)) {
    if (name === 'Action' || name === 'Version') continue;
    let node = root;
    for (const part of name.split('.')) {
      const child: FormNode = node.children.get(part) ?? { text: undefined, children: new Map() };
      node.children.set(part, child);
      node = child;
    }
    node.text = text;
  }
  return structureOf(root, shape, '');
}

interface FormNode {
  text: string | undefined;
  readonly children: Map<string, FormNode>;
}

function structureOf(node: FormNode, shape: StructureShape, path: string): JsonObject {
  const members = [...node.children].map(([name, child]) => [
    name,
    treeOf(child, shape.members[name] ?? 's', path === '' ? name : `${path}.${name}`),
  ]);
  return Object.fromEntries(members);
}

function treeOf(node: FormNode, shape: Shape, path: string): unknown {
  if (node.text !== undefined && node.children.size > 0) {
    throw new AwsServiceError('SerializationException', `${path} has both a value and members.`);
  }
  if (typeof shape === 'string') return node.text ?? structureOf(node, { members: {} }, path);
  if ('list' in shape) {
    // An empty list is an empty text.
    return inOrder(node, 'member').map(([index, item]) => treeOf(item, shape.list, `${path}.member.${index}`));
  }
  if ('map' in shape) {
    const [keyName = 'key', valueName = 'value'] = shape.entry ?? [];
    const entries = inOrder(node, 'entry').map(([, entry]) => {
      const key = entry.children.get(keyName)?.text ?? '';
      const value = entry.children.get(valueName);
      return [key, value === undefined ? '' : treeOf(value, shape.map, `${path}.${key}`)];
    });
    return Object.fromEntries(entries);
  }
  return structureOf(node, shape, path);
}

function inOrder(node: FormNode, name: string): readonly (readonly [string, FormNode])[] {
  return [...(node.children.get(name)?.children ?? [])].sort(([a], [b]) => Number(a) - Number(b));
}
