/**
 * CloudWatch as it is spoken on the wire: AWS JSON 1.0 (the SDKs and the AWS CLI of today), RPC v2 CBOR and Query (older
 * ones). The service itself is the simulator's model.
 */
import { AwsServiceError } from '../../simulator/models/aws-service-error.ts';
import type { CloudWatchModel } from '../../simulator/models/cloudwatch/cloudwatch-model.ts';
import type { Protocol, ServiceEndpoint } from '../wire/api-call.ts';
import { AlarmWrites } from './alarm-writes.ts';
import { OPERATIONS } from './operations.ts';
import { type Members, readInput, writeOutput } from './shapes.ts';
import { CBOR_PROTOCOL, JSON_PROTOCOL, QUERY_PROTOCOL, type WireProtocol } from './spellings.ts';

export interface CloudWatchEndpointOptions {
  /**
   * How long a write to an alarm takes in real milliseconds; another write to the same alarm meanwhile is refused, as AWS
   * does at times. 0 lets everything pass. Default 2.
   */
  readonly alarmWriteMs?: number;
}

export function cloudWatchEndpoint(model: CloudWatchModel, options: CloudWatchEndpointOptions = {}): ServiceEndpoint {
  const writes = new AlarmWrites(options.alarmWriteMs ?? 2);
  return {
    parse(call) {
      const tree = protocolOf(call.protocol).parse(call);
      if (isMembers(tree)) return tree;
      throw new AwsServiceError('SerializationException', 'The input must be a structure.');
    },
    async handle(call, tree) {
      const operation = OPERATIONS.get(call.operation);
      // The rules of the parameters and the operations belong together: one without the other is a bug here.
      if (operation === undefined) throw new Error(`${call.operation} has rules, and no operation`);
      const protocol = protocolOf(call.protocol);
      const input = readInput(operation.input, tree, protocol);
      const output = await writes.run(call.operation, input, () => operation.perform(model, input));
      return protocol.answer(call, writeOutput(operation.output, output, protocol));
    },
  };
}

function protocolOf(protocol: Protocol): WireProtocol {
  switch (protocol) {
    case 'json':
      return JSON_PROTOCOL;
    case 'cbor':
      return CBOR_PROTOCOL;
    case 'query':
      return QUERY_PROTOCOL;
    case 'rest-json':
      throw new Error('CloudWatch does not speak REST');
  }
}

function isMembers(tree: unknown): tree is Members {
  return typeof tree === 'object' && tree !== null && !Array.isArray(tree);
}
