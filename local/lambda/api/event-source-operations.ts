/** Event source mappings: which functions read which streams. */
import { AwsServiceError } from '../../../simulator/models/aws-service-error.ts';
import type { JsonObject } from '../../wire/api-call.ts';
import { optionalNumber, requireText } from '../../wire/input.ts';
import type { EventSourceMapping } from '../event-source-mappings.ts';
import type { LambdaHost, LambdaService } from '../lambda-service.ts';
import { json, type LambdaOperations } from './lambda-operation.ts';

const MOST_PARALLEL = 10;

export function eventSourceOperations(lambda: LambdaService, host: Pick<LambdaHost, 'time'>): LambdaOperations {
  const { eventSources, functions } = lambda;
  return {
    CreateEventSourceMapping: ({ input }) => {
      const mapping = eventSources.add({
        functionArn: functions.get(requireText(input, 'FunctionName')).arn,
        eventSourceArn: requireText(input, 'EventSourceArn'),
        parallelizationFactor: parallelizationFactorOf(input) ?? 1,
        enabled: input.Enabled !== false,
        lastModifiedMs: host.time.clock.nowMs(),
      });
      return json(202, describe(mapping));
    },
    GetEventSourceMapping: ({ label }) => json(200, describe(eventSources.get(label))),
    UpdateEventSourceMapping: ({ label, input }) => {
      const mapping = eventSources.get(label);
      const changed = eventSources.set({
        ...mapping,
        parallelizationFactor: parallelizationFactorOf(input) ?? mapping.parallelizationFactor,
        enabled: typeof input.Enabled === 'boolean' ? input.Enabled : mapping.enabled,
        lastModifiedMs: host.time.clock.nowMs(),
      });
      return json(202, describe(changed));
    },
    DeleteEventSourceMapping: ({ label }) => json(202, describe(eventSources.delete(label))),
    ListEventSourceMappings: ({ call }) => {
      const { query } = call.request;
      const name = query.get('FunctionName');
      const functionArn = name === null ? undefined : functions.get(name).arn;
      const found = eventSources.list(functionArn, query.get('EventSourceArn') ?? undefined);
      return json(200, { EventSourceMappings: found.map(describe) });
    },
  };
}

function parallelizationFactorOf(input: JsonObject): number | undefined {
  const factor = optionalNumber(input, 'ParallelizationFactor');
  if (factor === undefined || (Number.isInteger(factor) && factor >= 1 && factor <= MOST_PARALLEL)) return factor;
  throw new AwsServiceError(
    'ValidationException',
    `ParallelizationFactor must be 1 to ${MOST_PARALLEL}, not ${factor}`,
  );
}

function describe(mapping: EventSourceMapping): JsonObject {
  return {
    UUID: mapping.id,
    FunctionArn: mapping.functionArn,
    EventSourceArn: mapping.eventSourceArn,
    ParallelizationFactor: mapping.parallelizationFactor,
    State: mapping.enabled ? 'Enabled' : 'Disabled',
    LastModified: mapping.lastModifiedMs / 1000,
  };
}
