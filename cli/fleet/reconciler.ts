/**
 * Sends explain requests to the deployed reconciler. It answers from the settings, the role and the code in force, and
 * changes nothing. The caller needs lambda:ListFunctions and lambda:InvokeFunction only.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type FunctionConfiguration,
  InvokeCommand,
  type InvokeCommandOutput,
  LambdaClient,
  paginateListFunctions,
} from '@aws-sdk/client-lambda';
import { minuteMs } from '../../core/time.ts';
import type { ExplainPayload } from '../../lambda/events.ts';
import type { ExplainAnswer } from '../../lambda/triggers/explain.ts';
import { type AwsAccess, clientOptions } from '../aws/access.ts';
import { FindingError } from '../exit-codes.ts';

export interface Deployed {
  readonly reconciler: string;
  /** Log groups of the scaler and the reconciler. */
  readonly logGroups: readonly string[];
}

/**
 * @param stack name of the stack; its functions' names begin with it
 * @throws FindingError when no reconciler, or more than one, is deployed under this name
 */
export async function findDeployed(access: AwsAccess, stack: string): Promise<Deployed> {
  const client = new LambdaClient(clientOptions(access));
  const own: FunctionConfiguration[] = [];
  for await (const { Functions = [] } of paginateListFunctions({ client }, {})) {
    own.push(...Functions.filter(({ FunctionName }) => FunctionName?.startsWith(`${stack}-`)));
  }
  const reconcilers = own.filter(({ Handler }) => Handler === 'index.reconciler');
  const [reconciler, another] = reconcilers;
  if (!reconciler?.FunctionName) {
    throw new FindingError(`--stack ${stack}: no reconciler is deployed under this name; give the name of your stack`);
  }
  if (another) {
    const names = reconcilers.map(({ FunctionName }) => FunctionName).join(', ');
    throw new FindingError(`--stack ${stack}: several reconcilers (${names}); give a longer name`);
  }
  const functions = own.filter(({ Handler = '' }) => ['index.scaler', 'index.reconciler'].includes(Handler));
  return {
    reconciler: reconciler.FunctionName,
    logGroups: functions.map(
      ({ FunctionName, LoggingConfig }) => LoggingConfig?.LogGroup ?? `/aws/lambda/${FunctionName}`,
    ),
  };
}

/** The reconciler runs one invocation at a time, and a run over a large fleet takes minutes. */
const patienceMs = 5 * minuteMs;
const againAfterMs = 2_000;

export async function requestExplanations(
  access: AwsAccess,
  reconciler: string,
  explainRequest: ExplainPayload,
): Promise<readonly ExplainAnswer[]> {
  const { FunctionError, Payload } = await invokeWhenFree(access, reconciler, JSON.stringify(explainRequest));
  const text = new TextDecoder().decode(Payload);
  if (FunctionError) throw new FindingError(`${reconciler} could not answer: ${text}`);
  return JSON.parse(text);
}

async function invokeWhenFree(access: AwsAccess, FunctionName: string, Payload: string): Promise<InvokeCommandOutput> {
  const client = new LambdaClient(clientOptions(access));
  const startedMs = performance.now();
  for (;;) {
    try {
      return await client.send(new InvokeCommand({ FunctionName, InvocationType: 'RequestResponse', Payload }));
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'TooManyRequestsException') throw error;
      if (performance.now() - startedMs > patienceMs) {
        throw new FindingError(
          `${FunctionName} has been at work for ${patienceMs / minuteMs} minutes; try again later`,
        );
      }
      await sleep(againAfterMs);
    }
  }
}
