/** Sets up what a user's account has beside the product: a function that reads the stream. */
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { CreateEventSourceMappingCommand, CreateFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { LocalAws } from '../../local/local-aws.ts';
import type { Clients } from './agreement.ts';

export function clientsOf({ endpoint, account }: LocalAws): Clients {
  const options = {
    endpoint,
    region: account.region,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    requestHandler: new NodeHttpHandler(),
  };
  return {
    kinesis: new KinesisClient(options),
    cloudwatch: new CloudWatchClient(options),
    lambda: new LambdaClient(options),
  };
}

/** The demo never invokes the processor; only its reserved concurrency matters. */
export async function createProcessor(aws: LocalAws, functionName: string): Promise<void> {
  await clientsOf(aws).lambda.send(
    new CreateFunctionCommand({
      FunctionName: functionName,
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role: `arn:aws:iam::${aws.account.accountId}:role/${functionName}`,
      Code: { ZipFile: emptyZip },
    }),
  );
}

/** Lambda reads the stream with the function. It needs the stream, which the stack creates. */
export async function connectProcessor(aws: LocalAws, functionName: string, streamName: string): Promise<void> {
  const { region, accountId } = aws.account;
  await clientsOf(aws).lambda.send(
    new CreateEventSourceMappingCommand({
      FunctionName: functionName,
      EventSourceArn: `arn:aws:kinesis:${region}:${accountId}:stream/${streamName}`,
      StartingPosition: 'LATEST',
    }),
  );
}

/** An archive without files: the end-of-central-directory record alone. */
const emptyZip = Buffer.concat([Buffer.from('PK\u0005\u0006', 'latin1'), Buffer.alloc(18)]);
