/** The consumers of a stream: functions whose reserved concurrency follows its shard count. */
import { awsFacts } from '../aws-facts.ts';
import { isObject } from '../json-object.ts';
import { type Fault, quote, unknownKey } from '../result.ts';
import { type ArnKind, findValueFault, type NumberKind } from './setting.ts';
import type { ConsumerSettings, StreamSettings } from './stream-settings.ts';

const arnKind = { kind: 'arn', of: 'Lambda function' } as const satisfies ArnKind;
export const lambdasPerShardKind = {
  kind: 'integer',
  unit: 'executions',
  from: 1,
  to: awsFacts.largestParallelizationFactor.value,
} as const satisfies NumberKind;

/** @param field what its user calls the list. */
export function readConsumers(given: unknown, field: string, faults: Fault[]): readonly ConsumerSettings[] {
  if (!Array.isArray(given)) {
    const remedy = 'give [{functionArn, lambdasPerShard}]';
    faults.push({ field, value: quote(given), problem: 'is not a list', remedy });
    return [];
  }
  const consumers = given.flatMap((item: unknown, index) => readConsumer(item, `${field}[${index}]`, faults));
  const names = consumers.map((consumer) => functionNameOf(consumer.functionArn));
  for (const [index, name] of names.entries()) {
    if (names.indexOf(name) === index) continue;
    faults.push({
      field: `${field}[${index}].functionArn`,
      value: quote(name),
      problem: 'is a consumer already',
      remedy: 'name each function once',
    });
  }
  return consumers;
}

function readConsumer(item: unknown, field: string, faults: Fault[]): readonly ConsumerSettings[] {
  if (!isObject(item)) {
    const remedy = 'give {functionArn, lambdasPerShard}';
    faults.push({ field, value: quote(item), problem: 'is not an object', remedy });
    return [];
  }
  const { functionArn, lambdasPerShard, ...rest } = item;
  for (const key of Object.keys(rest)) faults.push(unknownKey(`${field}.${key}`, ['functionArn', 'lambdasPerShard']));
  const arnFault = findValueFault(arnKind, functionArn, `${field}.functionArn`);
  const countFault =
    lambdasPerShard === undefined
      ? undefined
      : findValueFault(lambdasPerShardKind, lambdasPerShard, `${field}.lambdasPerShard`);
  if (arnFault) faults.push(arnFault);
  if (countFault)
    faults.push({
      ...countFault,
      remedy: 'give a number, or leave it out for the parallelization factor of its event source',
    });
  if (arnFault || countFault) return [];
  const count = lambdasPerShard === undefined ? {} : { lambdasPerShard: Number(lambdasPerShard) };
  return [{ functionArn: String(functionArn), ...count }];
}

/** The name in a function's ARN, without version or alias: concurrency is reserved for the function as a whole. */
export function functionNameOf(arn: string): string {
  return arn.split(':')[6] ?? arn;
}

/**
 * Two streams that resize one function would undo each other's work at every reconcile.
 * @param fieldOf what the user calls the settings of a stream.
 */
export function findSharedConsumers(
  streams: ReadonlyMap<string, Pick<StreamSettings, 'consumers'>>,
  fieldOf: (streamName: string) => string,
): readonly Fault[] {
  const owners = new Map<string, string>();
  return [...streams].flatMap(([streamName, { consumers }]) =>
    consumers.flatMap(({ functionArn }, index) => {
      const name = functionNameOf(functionArn);
      const owner = owners.get(name);
      owners.set(name, owner ?? streamName);
      if (owner === undefined) return [];
      return [
        {
          field: `${fieldOf(streamName)}.consumers[${index}].functionArn`,
          value: quote(functionArn),
          problem: `is a consumer of ${owner} already`,
          remedy: 'give each stream a function of its own, or leave its concurrency alone',
        },
      ];
    }),
  );
}
