/** An endpoint over a table of operations in the AWS Query protocol: a form in, XML out. */
import type { ApiCall, JsonObject, Operations, ServiceEndpoint } from './api-call.ts';
import { operationOf } from './operation-table.ts';

export function queryEndpoint(namespace: string, operations: Operations): ServiceEndpoint {
  return {
    async handle(call) {
      const operation = operationOf(operations, call);
      const output = await operation(parseForm(call), call);
      const result = output === undefined ? '' : element(`${call.operation}Result`, output);
      return {
        status: 200,
        headers: { 'content-type': 'text/xml' },
        body:
          `<${call.operation}Response xmlns="${namespace}">${result}` +
          `<ResponseMetadata><RequestId>${call.requestId}</RequestId></ResponseMetadata></${call.operation}Response>`,
      };
    },
  };
}

/** `A.member.1.B=x` becomes `{A: [{B: 'x'}]}`; `A.entry.1.key` and `.value` become a map. */
function parseForm(call: ApiCall): JsonObject {
  const root: FormNode = { children: new Map() };
  for (const [name, value] of new URLSearchParams(call.request.body.toString())) {
    let node = root;
    for (const part of name.split('.')) {
      const child: FormNode = node.children.get(part) ?? { children: new Map() };
      node.children.set(part, child);
      node = child;
    }
    node.value = value;
  }
  return toInput(root) as JsonObject;
}

interface FormNode {
  readonly children: Map<string, FormNode>;
  value?: string;
}

function toInput(node: FormNode): unknown {
  if (node.children.size === 0) return node.value ?? '';
  const members = node.children.get('member');
  if (members !== undefined) return [...members.children.values()].map(toInput);
  const entries = node.children.get('entry');
  if (entries !== undefined) {
    const pairs = [...entries.children.values()].map((entry) => {
      const key = entry.children.get('key') ?? entry.children.get('Name');
      const value = entry.children.get('value') ?? entry.children.get('Value');
      return [key?.value ?? '', value === undefined ? '' : toInput(value)] as const;
    });
    return Object.fromEntries(pairs);
  }
  return Object.fromEntries([...node.children].map(([name, child]) => [name, toInput(child)]));
}

function element(name: string, value: unknown): string {
  if (value === undefined || value === null) return '';
  if (value instanceof Map) {
    const entries = [...value].map(([key, item]) => `<entry>${element('key', key)}${element('value', item)}</entry>`);
    return `<${name}>${entries.join('')}</${name}>`;
  }
  if (Array.isArray(value)) return `<${name}>${value.map((item) => element('member', item)).join('')}</${name}>`;
  if (typeof value === 'object') {
    return `<${name}>${Object.entries(value)
      .map(([key, item]) => element(key, item))
      .join('')}</${name}>`;
  }
  return `<${name}>${escapeXml(String(value))}</${name}>`;
}

export function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
