/** SubscribeToShard: kinesis-local's own event stream, passed on as it comes. */
import { AwsServiceError } from '../../simulator/models/aws-service-error.ts';
import { notModelled } from '../../simulator/models/not-modelled.ts';
import type { ApiCall, ApiResponse, JsonObject } from '../wire/api-call.ts';
import type { KinesisService } from './kinesis-service.ts';
import { findConsumer } from './stream-consumers.ts';

const POLLING = 'read by GetRecords instead (in KCL: PollingConfig)';

/** @throws AwsServiceError NotModelled in CBOR and for streams without records; ResourceNotFoundException. */
export async function subscribeToShard(
  kinesis: KinesisService,
  call: ApiCall,
  input: JsonObject,
): Promise<ApiResponse> {
  // The events would have to be written in CBOR, too.
  if (call.protocol === 'cbor') throw notModelled('SubscribeToShard in CBOR', POLLING);
  const { streamArn, consumer } = findConsumer(kinesis, input);
  const { ConsumerARN: _, ...position } = input;
  consumer.backendArn ??= await registerBehind(kinesis, streamArn, consumer.name);
  const events = await kinesis.subscribe({ ...position, ConsumerARN: consumer.backendArn });
  if (events === undefined) throw notModelled('SubscribeToShard of a stream without records', POLLING);
  return { status: 200, headers: { 'content-type': 'application/vnd.amazon.eventstream' }, body: events };
}

/** The consumer as kinesis-local knows it, by another ARN. */
async function registerBehind(kinesis: KinesisService, streamArn: string, name: string): Promise<string> {
  const named = { StreamARN: streamArn, ConsumerName: name };
  const answer = await kinesis.forward('RegisterStreamConsumer', named).catch(async (error: unknown) => {
    if (!(error instanceof AwsServiceError) || error.name !== 'ResourceInUseException') throw error;
    const { ConsumerDescription } = await kinesis.forward('DescribeStreamConsumer', named);
    return { Consumer: ConsumerDescription };
  });
  return String((answer.Consumer as JsonObject).ConsumerARN);
}
