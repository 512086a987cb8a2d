/** How a function's asynchronous invocations are retried, and where their results go. */
import { AwsServiceError } from '../../simulator/models/aws-service-error.ts';
import { notModelled } from '../../simulator/models/not-modelled.ts';
import type { JsonObject } from '../wire/api-call.ts';
import { optionalNumber, optionalText } from '../wire/input.ts';

export interface EventInvokeConfig {
  /** 0 to 2; default 2. */
  readonly maximumRetryAttempts: number;
  /** 60 to 21,600; default 21,600. */
  readonly maximumEventAgeSeconds: number;
  readonly onFailureArn?: string;
  readonly onSuccessArn?: string;
  readonly lastModifiedMs: number;
}

const DESTINATION = /^arn:aws:(sqs|sns|lambda):/;

/**
 * @param before what stays where the input does not name it.
 * @throws AwsServiceError InvalidParameterValueException, NotModelled.
 */
export function readEventInvokeConfig(
  input: JsonObject,
  before: EventInvokeConfig | undefined,
  nowMs: number,
): EventInvokeConfig {
  const onFailureArn = destinationOf(input, 'OnFailure', before?.onFailureArn);
  const onSuccessArn = destinationOf(input, 'OnSuccess', before?.onSuccessArn);
  return {
    maximumRetryAttempts: within(input, 'MaximumRetryAttempts', 0, 2) ?? before?.maximumRetryAttempts ?? 2,
    maximumEventAgeSeconds:
      within(input, 'MaximumEventAgeInSeconds', 60, 21_600) ?? before?.maximumEventAgeSeconds ?? 21_600,
    ...(onFailureArn === undefined ? {} : { onFailureArn }),
    ...(onSuccessArn === undefined ? {} : { onSuccessArn }),
    lastModifiedMs: nowMs,
  };
}

function destinationOf(
  input: JsonObject,
  event: 'OnFailure' | 'OnSuccess',
  before: string | undefined,
): string | undefined {
  const destinations = structure(input, 'DestinationConfig');
  if (destinations[event] === undefined) return before;
  const arn = optionalText(structure(destinations, event), 'Destination');
  if (arn === undefined || arn === '') return undefined;
  if (DESTINATION.test(arn)) return arn;
  if (!arn.startsWith('arn:aws:')) {
    throw new AwsServiceError('InvalidParameterValueException', `The destination ARN ${arn} is invalid.`);
  }
  throw notModelled(`DestinationConfig.${event}.Destination ${arn}`, 'use a queue, a topic or a function');
}

function within(input: JsonObject, name: string, least: number, most: number): number | undefined {
  const value = optionalNumber(input, name);
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return value;
  throw new AwsServiceError('ValidationException', `${name} must be ${least} to ${most}, not ${value}`);
}

function structure(input: JsonObject, name: string): JsonObject {
  const value = input[name];
  return typeof value === 'object' && value !== null ? (value as JsonObject) : {};
}
