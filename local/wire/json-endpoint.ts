/** An endpoint over a table of operations in AWS JSON 1.0 / 1.1, and in the older CBOR protocol (Kinesis). */
import { AwsServiceError } from '../../simulator/models/aws-service-error.ts';
import type { ApiCall, ApiResponse, JsonObject, Operations, ServiceEndpoint } from './api-call.ts';
import { AWS_CBOR_HEADERS, readCbor, writeCbor } from './aws-cbor.ts';
import { operationOf } from './operation-table.ts';

export function jsonEndpoint(version: '1.0' | '1.1', operations: Operations): ServiceEndpoint {
  return {
    parse: (call) => (call.protocol === 'cbor' ? readCbor(call) : parseJsonBody(call)),
    async handle(call, input) {
      const output = await operationOf(operations, call)(input, call);
      if (call.protocol === 'cbor') {
        return { status: 200, headers: AWS_CBOR_HEADERS, body: output === undefined ? '' : writeCbor(output) };
      }
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
