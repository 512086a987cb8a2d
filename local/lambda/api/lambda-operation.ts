/** What the operations of Lambda's REST API have in common. */
import { takePage } from '../../../simulator/models/cloudwatch/paging.ts';
import type { ApiCall, ApiResponse, JsonObject } from '../../wire/api-call.ts';
import { optionalNumber, optionalText } from '../../wire/input.ts';

export interface LambdaRequest {
  readonly call: ApiCall;
  /** The function's name or ARN, the ARN whose tags are meant, or the id of an event source mapping. */
  readonly label: string;
  /** Members of path, query, headers and body alike; `Payload` of an invocation is a text. */
  readonly input: JsonObject;
}

export type LambdaOperation = (request: LambdaRequest) => Promise<ApiResponse> | ApiResponse;
export type LambdaOperations = Readonly<Record<string, LambdaOperation>>;

export function json(status: number, output: JsonObject | undefined): ApiResponse {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: output === undefined ? '' : JSON.stringify(output),
  };
}

/** A structure within a structure; empty if it is absent. */
export function member(input: JsonObject, name: string): JsonObject {
  const value = input[name];
  return typeof value === 'object' && value !== null ? (value as JsonObject) : {};
}

/** Those of the named members that are there. */
export function pick(input: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(input).filter(([name]) => names.includes(name)));
}

/** `MaxItems` and `Marker`, as Lambda's lists page. */
export function markedPage<T>(items: readonly T[], input: JsonObject, byDefault = 50) {
  const page = takePage(
    items,
    optionalNumber(input, 'MaxItems') ?? byDefault,
    optionalText(input, 'Marker') || undefined,
  );
  return { items: page.items, marker: page.nextToken === undefined ? {} : { NextMarker: page.nextToken } };
}
