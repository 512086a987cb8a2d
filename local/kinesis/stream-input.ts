/** How Kinesis's inputs name a stream. */
import { AwsServiceError } from '../../simulator/models/aws-service-error.ts';
import type { JsonObject } from '../wire/api-call.ts';
import { optionalText, requireText } from '../wire/input.ts';

/** @throws AwsServiceError InvalidArgumentException if name and ARN are of two streams. */
export function streamOf(input: JsonObject): string {
  const name = optionalText(input, 'StreamName');
  if (name === undefined) return nameOf(requireText(input, 'StreamARN'));
  const arn = optionalText(input, 'StreamARN');
  if (arn === undefined || nameOf(arn) === name) return name;
  throw new AwsServiceError('InvalidArgumentException', `StreamName ${name} and StreamARN ${arn} are of two streams.`);
}

export function nameOf(streamArn: string): string {
  return streamArn.split('/')[1] ?? streamArn;
}

export function withoutArn(input: JsonObject): JsonObject {
  const { StreamARN: _, ...rest } = input;
  return rest;
}
