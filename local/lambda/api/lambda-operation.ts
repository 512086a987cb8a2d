/** What the operations of Lambda's REST API have in common. */
import type { ApiCall, ApiResponse, JsonObject } from '../../wire/api-call.ts';

export interface LambdaRequest {
  readonly call: ApiCall;
  /** The function's name or ARN, the ARN whose tags are meant, or the id of an event source mapping. */
  readonly label: string;
  readonly secondLabel: string;
  /** Empty for an invocation, whose body is the payload. */
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
