/**
 * Custom::Trigger of `aws-cdk-lib/triggers`: in AWS a provider function of the CDK invokes the handler; here the deployment
 * does so itself, because the provider expects Lambda's own copy of the SDK and CloudFormation's answer bucket.
 */
import { AwsServiceError } from '../../../simulator/models/aws-service-error.ts';
import { optionalText, requireText } from '../../wire/input.ts';
import type { PhysicalResource } from '../deployed-stack.ts';
import type { ResourceRequest, ResourceTypes } from '../resource-type.ts';

export const TRIGGER_TYPES: ResourceTypes = {
  'Custom::Trigger': { create: runTrigger, update: runTrigger, delete: () => {} },
};

async function runTrigger({ aws, logicalId, properties }: ResourceRequest): Promise<PhysicalResource> {
  const handlerArn = requireText(properties, 'HandlerArn');
  if (optionalText(properties, 'InvocationType') === 'Event') aws.lambda.invokeAsynchronously(handlerArn, '{}');
  else {
    const result = await aws.lambda.invoke(handlerArn, '{}');
    if (result.kind !== 'success') {
      const why = result.kind === 'throttled' ? 'it was throttled' : result.payload;
      throw new AwsServiceError('TriggerFailed', `Trigger handler ${handlerArn} failed: ${why}`);
    }
  }
  return { id: logicalId, attributes: {} };
}
