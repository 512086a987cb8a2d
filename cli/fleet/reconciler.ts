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
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { minuteMs } from '../../core/time.ts';
import type { ExplainPayload } from '../../lambda/events.ts';
import type { ExplainAnswer } from '../../lambda/triggers/explain.ts';
import { UsageError } from '../usage-error.ts';

export interface Deployed {
  readonly reconciler: string;
  /** Log groups of the scaler and the reconciler. */
  readonly logGroups: readonly string[];
}

export interface DeploymentChoice {
  /** Name of the stack; its functions' names begin with it. */
  readonly stack: string;
}

export function awsClientOptions() {
  return { requestHandler: new NodeHttpHandler() };
}

export async function findDeployed({ stack }: DeploymentChoice): Promise<Deployed> {
  const client = new LambdaClient(awsClientOptions());
  const own: FunctionConfiguration[] = [];
  for await (const { Functions = [] } of paginateListFunctions({ client }, {})) {
    own.push(...Functions.filter(({ FunctionName }) => FunctionName?.startsWith(`${stack}-`)));
  }
  const reconcilers = own.filter(({ Handler }) => Handler === 'index.reconciler');
  const [reconciler, another] = reconcilers;
  if (!reconciler?.FunctionName) {
    throw new UsageError(`--stack ${stack}: no reconciler is deployed under this name; give the name of your stack`);
  }
  if (another) {
    const names = reconcilers.map(({ FunctionName }) => FunctionName).join(', ');
    throw new UsageError(`--stack ${stack}: several reconcilers (${names}); give a longer name`);
  }
  const functions = own.filter(({ Handler = '' }) => ['index.scaler', 'index.reconciler'].includes(Handler));
  return {
    reconciler: reconciler.FunctionName,
    logGroups: functions.map(
      ({ FunctionName, LoggingConfig }) => LoggingConfig?.LogGroup ?? `/aws/lambda/${FunctionName}`,
    ),
  };
}

export function noSuchStream(stream: string): UsageError {
  return new UsageError(`"${stream}": there is no such stream in this region; \`status\` lists those that are managed`);
}

/** The reconciler runs one invocation at a time, and a run over a large fleet takes minutes. */
const patienceMs = 5 * minuteMs;
const againAfterMs = 2_000;

export async function requestExplanations(
  reconciler: string,
  explainRequest: ExplainPayload,
): Promise<readonly ExplainAnswer[]> {
  const { FunctionError, Payload } = await invokeWhenFree(reconciler, JSON.stringify(explainRequest));
  const text = new TextDecoder().decode(Payload);
  if (FunctionError) throw new UsageError(`${reconciler} could not answer: ${text}`);
  return JSON.parse(text);
}

async function invokeWhenFree(FunctionName: string, Payload: string): Promise<InvokeCommandOutput> {
  const client = new LambdaClient(awsClientOptions());
  const startedMs = performance.now();
  for (let isNoted = false; ; isNoted = true) {
    try {
      return await client.send(new InvokeCommand({ FunctionName, InvocationType: 'RequestResponse', Payload }));
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'TooManyRequestsException') throw error;
      if (performance.now() - startedMs > patienceMs) {
        throw new UsageError(`${FunctionName} has been at work for ${patienceMs / minuteMs} minutes; try again later`);
      }
      if (!isNoted && process.stderr.isTTY) console.error(`${FunctionName} is at work; waiting for its answer`);
      await sleep(againAfterMs);
    }
  }
}
