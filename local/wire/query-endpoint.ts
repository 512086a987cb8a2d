/** An endpoint over a table of operations in the AWS Query protocol: a form in, XML out. */
import { operationModel } from '../parameters/service-model.ts';
import type { JsonObject, Operations, ServiceEndpoint } from './api-call.ts';
import { operationOf } from './operation-table.ts';
import { readForm } from './query-form.ts';

export function queryEndpoint(namespace: string, operations: Operations): ServiceEndpoint {
  return {
    parse({ service, operation, request }) {
      const input = operationModel(service, operation)?.input ?? { members: {} };
      return readForm(request.body.toString(), input);
    },
    async handle(call, input) {
      const output: JsonObject | undefined = await operationOf(operations, call)(input, call);
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
