/**
 * Asks the deployed reconciler. It answers from the settings, the role and the code that are in force, and changes nothing;
 * who asks needs lambda:ListFunctions and lambda:InvokeFunction only.
 */
import { type FunctionConfiguration, InvokeCommand, LambdaClient, paginateListFunctions } from '@aws-sdk/client-lambda';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { Inquiry, InquiryAnswer } from '../../lambda/inquiry.ts';
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

export async function askReconciler(reconciler: string, inquiry: Inquiry): Promise<readonly InquiryAnswer[]> {
  const client = new LambdaClient(awsClientOptions());
  const { FunctionError, Payload } = await client.send(
    new InvokeCommand({
      FunctionName: reconciler,
      InvocationType: 'RequestResponse',
      Payload: JSON.stringify(inquiry),
    }),
  );
  const text = new TextDecoder().decode(Payload);
  if (FunctionError) throw new UsageError(`${reconciler} could not answer: ${text}`);
  return JSON.parse(text);
}
