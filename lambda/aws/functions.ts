/** Lambda's reserved concurrency, as the product uses it. */
import {
  DeleteFunctionConcurrencyCommand,
  GetAccountSettingsCommand,
  GetFunctionConcurrencyCommand,
  type LambdaClient,
  ListEventSourceMappingsCommand,
  PutFunctionConcurrencyCommand,
} from '@aws-sdk/client-lambda';
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
    reads: (functionName, streamArn) =>
      call('lambda:ListEventSourceMappings', async () => {
        const { EventSourceMappings = [] } = await client.send(
          new ListEventSourceMappingsCommand({ FunctionName: functionName, EventSourceArn: streamArn }),
        );
        return EventSourceMappings.length > 0;
      }),
  };
}
