/** What a destination gets of an asynchronous invocation: Lambda developer guide, "Invocation record". */
import type { FunctionDefinition } from './function-definition.ts';

export interface AsynchronousResult {
  readonly requestId: string;
  readonly payload: string;
  readonly condition: 'Success' | 'RetriesExhausted' | 'EventAgeExceeded';
  readonly attempts: number;
  /** The last answer of the function; absent if it never ran. */
  readonly response?: string;
}

export function resultRecord(definition: FunctionDefinition, event: AsynchronousResult, nowMs: number): string {
  const functionError = event.condition === 'Success' ? {} : { functionError: 'Unhandled' };
  return JSON.stringify({
    version: '1.0',
    timestamp: new Date(nowMs).toISOString(),
    requestContext: {
      requestId: event.requestId,
      functionArn: `${definition.arn}:$LATEST`,
      condition: event.condition,
      approximateInvokeCount: event.attempts,
    },
    requestPayload: JSON.parse(event.payload),
    ...(event.response === undefined
      ? {}
      : {
          responseContext: { statusCode: 200, executedVersion: '$LATEST', ...functionError },
          responsePayload: JSON.parse(event.response),
        }),
  });
}

export function errorMessageOf(response: string | undefined): string {
  if (response === undefined) return 'the event grew too old before the function could run';
  const parsed: unknown = JSON.parse(response);
  const message = typeof parsed === 'object' && parsed !== null && 'errorMessage' in parsed ? parsed.errorMessage : '';
  return String(message);
}
