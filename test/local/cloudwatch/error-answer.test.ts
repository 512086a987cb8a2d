import { cbor } from '@smithy/core/cbor';
import { describe, expect, it } from 'vitest';
import { cloudWatchErrorAnswer } from '../../../local/cloudwatch/error-answer.ts';
import { AwsServiceError } from '../../../simulator/models/aws-service-error.ts';

function answer(name: string, protocol: 'json' | 'cbor' | 'query') {
  return cloudWatchErrorAnswer(new AwsServiceError(name, 'Rate <exceeded>'), { protocol, requestId: 'r1' });
}

describe('errors of CloudWatch', () => {
  it.each([
    ['Throttling', 400, 'Throttling;Sender'],
    ['AccessDenied', 403, 'AccessDenied;Sender'],
    ['InternalFailure', 500, 'InternalFailure;Receiver'],
    ['InternalServiceFault', 500, 'InternalServiceError;Receiver'],
    ['LimitExceededFault', 400, 'LimitExceeded;Sender'],
    ['ValidationException', 400, 'ValidationError;Sender'],
    ['ResourceNotFoundException', 404, 'ResourceNotFoundException;Sender'],
    ['ConcurrentModificationException', 429, 'ConcurrentModificationException;Sender'],
  ])('%s has status %d and is %s', (name, status, queryError) => {
    expect(answer(name, 'json')).toMatchObject({ status, headers: { 'x-amzn-query-error': queryError } });
    expect(answer(name, 'cbor')).toMatchObject({ status, headers: { 'x-amzn-query-error': queryError } });
    expect(answer(name, 'query')).toMatchObject({ status });
  });

  it('have the same members in JSON, CBOR and Query', () => {
    const members = { __type: 'com.amazonaws.cloudwatch#Throttling', message: 'Rate <exceeded>' };
    expect(JSON.parse(String(answer('Throttling', 'json').body))).toEqual(members);
    expect(cbor.deserialize(answer('Throttling', 'cbor').body as Buffer)).toEqual(members);
    expect(answer('Throttling', 'query').body).toContain('<Message>Rate &#60;exceeded&#62;</Message>');
  });
});
