/** An endpoint over a table of operations in AWS JSON 1.0 / 1.1. */
import { AwsServiceError } from '../../simulator/models/aws-service-error.ts';
import type { ApiCall, ApiResponse, JsonObject, Operations, ServiceEndpoint } from './api-call.ts';
import { operationOf } from './operation-table.ts';

export function jsonEndpoint(version: '1.0' | '1.1', operations: Operations): ServiceEndpoint {
  return {
    async handle(call) {
      const operation = operationOf(operations, call);
      const output = await operation(parseJsonBody(call), call);
      return jsonResponse(version, output);
    },
  };
}

export function jsonResponse(version: '1.0' | '1.1', output: JsonObject | undefined): ApiResponse {
  return {
    status: 200,
    headers: { 'content-type': `application/x-amz-json-${version}` },
    body: output === undefined ? '' : JSON.stringify(output),
  };
}

/** @throws AwsServiceError SerializationException if the body is not a JSON object. */
export function parseJsonBody(call: ApiCall): JsonObject {
  const text = call.request.body.toString();
  if (text === '') return {};
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed as JsonObject;
  } catch {
    // Said below, for both cases alike.
  }
  throw new AwsServiceError('SerializationException', 'the body is not a JSON object');
}
