/** Lambda's reserved concurrency, as the product uses it. */
import {
  DeleteFunctionConcurrencyCommand,
  type EventSourceMappingConfiguration,
  GetAccountSettingsCommand,
  GetFunctionConcurrencyCommand,
  type LambdaClient,
  ListEventSourceMappingsCommand,
  PutFunctionConcurrencyCommand,
} from '@aws-sdk/client-lambda';
import type { EventSourceMapping } from '../../core/stream/event-sources.ts';
import type { FunctionPort } from '../ports.ts';
import { call } from './calls.ts';

export function lambdaFunctions(client: LambdaClient): FunctionPort {
  return {
    reservedConcurrency: (functionName) =>
      call('lambda:GetFunctionConcurrency', async () => {
        const answer = await client.send(new GetFunctionConcurrencyCommand({ FunctionName: functionName }));
        return answer.ReservedConcurrentExecutions;
      }),
    unreservedConcurrency: () =>
      call('lambda:GetAccountSettings', async () => {
        const { AccountLimit } = await client.send(new GetAccountSettingsCommand({}));
        if (AccountLimit?.UnreservedConcurrentExecutions === undefined)
          throw new TypeError('GetAccountSettings without a limit');
        return AccountLimit.UnreservedConcurrentExecutions;
      }),
    reserve: (functionName, concurrency) =>
      call('lambda:PutFunctionConcurrency', async () => {
        await client.send(
          new PutFunctionConcurrencyCommand({ FunctionName: functionName, ReservedConcurrentExecutions: concurrency }),
        );
      }),
    unreserve: (functionName) =>
      call('lambda:DeleteFunctionConcurrency', async () => {
        await client.send(new DeleteFunctionConcurrencyCommand({ FunctionName: functionName }));
      }),
    eventSourceMappings: () => call('lambda:ListEventSourceMappings', () => listMappings(client)),
  };
}

/** A filter by stream would leave out those of its consumers with enhanced fan-out, whose ARNs nobody here knows. */
async function listMappings(client: LambdaClient): Promise<readonly EventSourceMapping[]> {
  const mappings: EventSourceMapping[] = [];
  let Marker: string | undefined;
  do {
    const page = await client.send(new ListEventSourceMappingsCommand(Marker === undefined ? {} : { Marker }));
    mappings.push(...(page.EventSourceMappings ?? []).map(readMapping));
    Marker = page.NextMarker;
  } while (Marker !== undefined);
  return mappings;
}

/** Whatever is not switched off, or on its way there, may invoke the function at any time. */
function readMapping(mapping: EventSourceMappingConfiguration): EventSourceMapping {
  const { FunctionArn = '', EventSourceArn = '', ParallelizationFactor = 1, State = '' } = mapping;
  return {
    functionArn: FunctionArn,
    eventSourceArn: EventSourceArn,
    parallelizationFactor: ParallelizationFactor,
    isEnabled: !['Disabled', 'Disabling', 'Deleting'].includes(State),
  };
}
