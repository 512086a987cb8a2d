import { AwsServiceError } from '../../simulator/models/aws-service-error.ts';

/**
 * The form of the Query protocol as a tree: `Metrics.member.2.Id=e1` is `{ Metrics: [, { Id: 'e1' }] }` without the
 * hole. Which texts are numbers only the schema knows.
 * @throws AwsServiceError SerializationException if one name is given both a value and members
 */
export function parseForm(body: string): unknown {
  const root: FormNode = { text: undefined, children: new Map() };
  for (const [name, text] of new URLSearchParams(body)) {
    let node = root;
    for (const part of name.split('.')) {
      const child: FormNode = node.children.get(part) ?? { text: undefined, children: new Map() };
      node.children.set(part, child);
      node = child;
    }
    node.text = text;
  }
  return treeOf(root, '');
}

interface FormNode {
  text: string | undefined;
  readonly children: Map<string, FormNode>;
}

function treeOf(node: FormNode, path: string): unknown {
  if (node.children.size === 0) return node.text ?? {};
  if (node.text !== undefined)
    throw new AwsServiceError('SerializationException', `${path} has both a value and members.`);
  const members = node.children.get('member');
  if (members !== undefined && node.children.size === 1)
    return [...members.children]
      .sort(([a], [b]) => Number(a) - Number(b))
      .map(([index, item]) => treeOf(item, `${path}.member.${index}`));
  return Object.fromEntries([...node.children].map(([name, child]) => [name, treeOf(child, `${path}.${name}`)]));
}
