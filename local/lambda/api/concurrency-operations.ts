/** Reserved concurrency and the limits of the account. */
import { requireNumber } from '../../wire/input.ts';
import type { LambdaService } from '../lambda-service.ts';
import { json, type LambdaOperations } from './lambda-operation.ts';

export function concurrencyOperations({ functions }: LambdaService): LambdaOperations {
  return {
    PutFunctionConcurrency: ({ label, input }) => {
      const reserved = requireNumber(input, 'ReservedConcurrentExecutions');
      const definition = functions.reserveConcurrency(label, reserved);
      return json(200, { ReservedConcurrentExecutions: definition.reservedConcurrency });
    },
    GetFunctionConcurrency: ({ label }) => {
      const { reservedConcurrency } = functions.get(label);
      return json(200, reservedConcurrency === undefined ? {} : { ReservedConcurrentExecutions: reservedConcurrency });
    },
    DeleteFunctionConcurrency: ({ label }) => {
      functions.reserveConcurrency(label, undefined);
      return json(204, undefined);
    },
    GetAccountSettings: () =>
      json(200, {
        AccountLimit: {
          TotalCodeSize: 80_530_636_800,
          CodeSizeUnzipped: 262_144_000,
          CodeSizeZipped: 52_428_800,
          ConcurrentExecutions: functions.accountConcurrency,
          UnreservedConcurrentExecutions: functions.unreservedConcurrency,
        },
        AccountUsage: {
          TotalCodeSize: functions.list().reduce((sum, { code }) => sum + code.sizeBytes, 0),
          FunctionCount: functions.list().length,
        },
      }),
  };
}
