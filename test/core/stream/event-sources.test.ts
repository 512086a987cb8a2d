import { describe, expect, it } from 'vitest';
import { type EventSourceMapping, needOf, readStreamOfSource } from '../../../core/stream/event-sources.ts';

const functionArn = 'arn:aws:lambda:eu-west-1:123456789012:function:orders-processor';
const streamArn = (name: string) => `arn:aws:kinesis:eu-west-1:123456789012:stream/${name}`;
const queueArn = 'arn:aws:sqs:eu-west-1:123456789012:orders';

function mapping(eventSourceArn: string, given: Partial<EventSourceMapping> = {}): EventSourceMapping {
  return { functionArn, eventSourceArn, parallelizationFactor: 1, isEnabled: true, ...given };
}
const need = (...mappings: readonly EventSourceMapping[]) => needOf({ functionArn }, 'deployment', 'orders', mappings);

describe('a consumer that the deployment declares', () => {
  it('needs the parallelization factor of its mapping where no number is given', () => {
    expect(need(mapping(streamArn('orders'), { parallelizationFactor: 10 }))).toEqual({
      isMapped: true,
      executionsPerShard: 10,
      otherStreams: [],
      hasOtherSources: false,
    });
  });

  it('needs the sum of its mappings of the stream itself and of a fan-out consumer of it, by alias or not', () => {
    const fanOut = mapping(`${streamArn('orders')}/consumer/audit:1700000000`, {
      functionArn: `${functionArn}:live`,
      parallelizationFactor: 3,
    });
    expect(need(mapping(streamArn('orders')), fanOut)?.executionsPerShard).toBe(4);
  });

  it('needs nothing for a mapping that is switched off, of another function, or of a stream with a longer name', () => {
    expect(
      need(
        mapping(streamArn('orders'), { isEnabled: false }),
        mapping(streamArn('orders'), { functionArn: `${functionArn}-2` }),
        mapping(streamArn('orders-archive')),
      ),
    ).toMatchObject({ isMapped: false, executionsPerShard: 1, otherStreams: [{ streamName: 'orders-archive' }] });
  });

  it('keeps the number that is given, also below the factor of its mapping: its owner may want it so', () => {
    const mappings = [mapping(streamArn('orders'), { parallelizationFactor: 10 })];
    expect(needOf({ functionArn, lambdasPerShard: 2 }, 'deployment', 'orders', mappings)?.executionsPerShard).toBe(2);
  });

  it('names the other streams that it reads, and whether something else invokes it', () => {
    const found = need(
      mapping(streamArn('orders')),
      mapping(streamArn('clicks'), { parallelizationFactor: 5 }),
      mapping(queueArn),
    );
    expect(found).toMatchObject({
      otherStreams: [{ streamName: 'clicks', executionsPerShard: 5 }],
      hasOtherSources: true,
    });
  });

  it('needs an unknown number where neither a number nor the mappings are known', () => {
    expect(needOf({ functionArn }, 'deployment', 'orders', undefined)).toMatchObject({
      isMapped: undefined,
      executionsPerShard: undefined,
    });
  });
});

describe('a consumer that a tag names', () => {
  const tagged = (lambdasPerShard: number | undefined, mappings: readonly EventSourceMapping[] | undefined) =>
    needOf(
      lambdasPerShard === undefined ? { functionArn } : { functionArn, lambdasPerShard },
      'tag',
      'orders',
      mappings,
    );

  it('does not count without a mapping of this stream: anybody may write a tag', () => {
    expect(tagged(1, [])).toBeUndefined();
    expect(tagged(1, [mapping(streamArn('clicks'))])).toBeUndefined();
  });

  it('does not count while the mappings cannot be read', () => {
    expect(tagged(1, undefined)).toBeUndefined();
  });

  it.each([
    [undefined, 4],
    [2, 2],
    [10, 4],
  ])('that says %s gets %i where the factor is 4', (given, expected) => {
    const mappings = [mapping(streamArn('orders'), { parallelizationFactor: 4 })];
    expect(tagged(given, mappings)?.executionsPerShard).toBe(expected);
  });
});

describe('a consumer from the environment of a function that was taken over', () => {
  const fromEnvironment = (...mappings: readonly EventSourceMapping[]) =>
    needOf({ functionArn }, 'environment', 'orders', mappings);

  it('is of another stream where its mappings say so', () => {
    expect(fromEnvironment(mapping(streamArn('clicks')))).toBeUndefined();
  });

  it('counts without any mapping: a pipe or a worker of one’s own has none', () => {
    expect(fromEnvironment()).toMatchObject({ isMapped: false, executionsPerShard: 1 });
  });
});

it.each([
  [streamArn('a.b_c-d'), 'a.b_c-d'],
  [`${streamArn('orders')}/consumer/audit:1700000000`, 'orders'],
  ['arn:aws-us-gov:kinesis:us-gov-west-1:123456789012:stream/orders', 'orders'],
  [queueArn, undefined],
  ['orders', undefined],
])('the stream of the event source %s is %s', (arn, name) => {
  expect(readStreamOfSource(arn)).toBe(name);
});
