/** Wildcards in the permissions that cdk-nag would report, each with the reason why AWS allows nothing narrower. */
import { Stack, Token, Validations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { alarmArn } from './arns.ts';

/** Of every fleet. */
export function acknowledgeWildcards(scope: Construct): void {
  Validations.of(scope).acknowledge(
    {
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason:
        'kinesis:DescribeLimits, cloudwatch:GetMetricData, tag:GetResources, lambda:GetAccountSettings and lambda:ListEventSourceMappings take no resource; all of them only read.',
    },
    {
      id: findingOf(scope, alarmArn(scope, '*')),
      reason: 'cloudwatch:DescribeAlarms by several names is authorized on alarm:*; it only reads.',
    },
  );
}

/** Of a fleet with discovery. @param patterns ARNs with wildcards. */
export function acknowledgePatterns(scope: Construct, patterns: readonly string[]): void {
  const reason =
    'Streams that ask by their tag are not known at synth. Writing stands under a condition on the tag wherever the action knows one.';
  Validations.of(scope).acknowledge(...patterns.map((pattern) => ({ id: findingOf(scope, pattern), reason })));
}

/** cdk-nag names a finding by the ARN, with placeholders in angle brackets for what is known only at deployment. */
function findingOf(scope: Construct, arn: string): string {
  const { partition, region, account } = Stack.of(scope);
  const places = { [partition]: 'Partition', [region]: 'Region', [account]: 'AccountId' };
  const shown = Object.entries(places).reduce(
    (text, [value, name]) => (Token.isUnresolved(value) ? text.replace(value, `<AWS::${name}>`) : text),
    arn,
  );
  return `AwsSolutions-IAM5[Resource::${shown}]`;
}
