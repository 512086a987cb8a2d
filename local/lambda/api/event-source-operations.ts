/** Event source mappings: which functions read which streams. */
import { awsFacts } from '../../../core/aws-facts.ts';
import { AwsServiceError } from '../../../simulator/models/aws-service-error.ts';
import { notModelled } from '../../../simulator/models/not-modelled.ts';
import type { JsonObject } from '../../wire/api-call.ts';
import { optionalNumber, optionalText, requireText } from '../../wire/input.ts';
import type { EventSourceMapping } from '../event-source-mappings.ts';
import type { LambdaHost, LambdaService } from '../lambda-service.ts';
import { json, type LambdaOperations, markedPage, pick } from './lambda-operation.ts';

export function eventSourceOperations(
  lambda: LambdaService,
  host: Pick<LambdaHost, 'time' | 'hasEventSource'>,
): LambdaOperations {
  const { eventSources, functions } = lambda;
  const describeMapping = (mapping: EventSourceMapping): JsonObject => describe(mapping, host.hasEventSource);
  return {
    CreateEventSourceMapping: ({ input }) => {
      const functionArn = functions.get(requireText(input, 'FunctionName')).arn;
      const mapping = eventSources.add({
        functionArn,
        eventSourceArn: eventSourceOf(input, host.hasEventSource),
        parallelizationFactor: parallelizationFactorOf(input) ?? 1,
        enabled: input.Enabled !== false,
        lastModifiedMs: host.time.clock.nowMs(),
        polling: { ...POLLING_DEFAULTS, StartingPosition: requireText(input, 'StartingPosition'), ...pollingOf(input) },
      });
      return json(202, describeMapping(mapping));
    },
    GetEventSourceMapping: ({ label }) => json(200, describeMapping(eventSources.get(label))),
    UpdateEventSourceMapping: ({ input }) => {
      const mapping = eventSources.get(requireText(input, 'UUID'));
      const name = optionalText(input, 'FunctionName');
      const changed = eventSources.set({
        ...mapping,
        functionArn: name === undefined ? mapping.functionArn : functions.get(name).arn,
        parallelizationFactor: parallelizationFactorOf(input) ?? mapping.parallelizationFactor,
        enabled: typeof input.Enabled === 'boolean' ? input.Enabled : mapping.enabled,
        lastModifiedMs: host.time.clock.nowMs(),
        polling: { ...mapping.polling, ...pollingOf(input) },
      });
      return json(202, describeMapping(changed));
    },
    DeleteEventSourceMapping: ({ label }) => json(202, describeMapping(eventSources.delete(label))),
    ListEventSourceMappings: ({ input }) => {
      const name = optionalText(input, 'FunctionName');
      const functionArn = name === undefined ? undefined : functions.get(name).arn;
      const found = eventSources.list(functionArn, optionalText(input, 'EventSourceArn'));
      const { items, marker } = markedPage(found, input, 100);
      return json(200, { EventSourceMappings: items.map(describeMapping), ...marker });
    },
  };
}

/** CreateEventSourceMapping, API reference, for streams. */
const POLLING_DEFAULTS: JsonObject = {
  BatchSize: 100,
  MaximumBatchingWindowInSeconds: 0,
  MaximumRecordAgeInSeconds: -1,
  MaximumRetryAttempts: -1,
  BisectBatchOnFunctionError: false,
  TumblingWindowInSeconds: 0,
  FunctionResponseTypes: [],
  DestinationConfig: { OnFailure: {} },
};

function pollingOf(input: JsonObject): JsonObject {
  return pick(input, [
    ...Object.keys(POLLING_DEFAULTS),
    ...['StartingPosition', 'StartingPositionTimestamp', 'FilterCriteria', 'KMSKeyArn'],
  ]);
}

function eventSourceOf(input: JsonObject, exists: LambdaHost['hasEventSource']): string {
  const arn = requireText(input, 'EventSourceArn');
  if (!arn.startsWith('arn:aws:kinesis:')) {
    throw notModelled(`EventSourceArn ${arn}`, 'map a Kinesis stream, or a consumer of one');
  }
  if (exists(arn)) return arn;
  throw new AwsServiceError('InvalidParameterValueException', `Stream not found: ${arn}`);
}

function parallelizationFactorOf(input: JsonObject): number | undefined {
  const most = awsFacts.largestParallelizationFactor.value;
  const factor = optionalNumber(input, 'ParallelizationFactor');
  if (factor === undefined || (Number.isInteger(factor) && factor >= 1 && factor <= most)) return factor;
  throw new AwsServiceError('ValidationException', `ParallelizationFactor must be 1 to ${most}, not ${factor}`);
}

function describe(mapping: EventSourceMapping, exists: LambdaHost['hasEventSource']): JsonObject {
  return {
    ...mapping.polling,
    UUID: mapping.id,
    FunctionArn: mapping.functionArn,
    EventSourceArn: mapping.eventSourceArn,
    ParallelizationFactor: mapping.parallelizationFactor,
    State: mapping.enabled ? 'Enabled' : 'Disabled',
    StateTransitionReason: 'User action',
    LastProcessingResult: exists(mapping.eventSourceArn) ? 'No records processed' : 'PROBLEM: Stream not found',
    LastModified: mapping.lastModifiedMs / 1000,
  };
}
