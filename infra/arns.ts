/** ARNs in the partition, region and account of a stack, which may be known only at deployment. */
import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

export function alarmArn(scope: Construct, name: string): string {
  return arnOf(scope, 'cloudwatch', `alarm:${name}`);
}

export function arnOf(scope: Construct, service: string, resource: string): string {
  const { partition, region, account } = Stack.of(scope);
  return `arn:${partition}:${service}:${region}:${account}:${resource}`;
}
