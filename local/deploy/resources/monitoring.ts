/** AWS::CloudWatch::* and AWS::Logs::LogGroup */
import type { PutMetricAlarmInput } from '@aws-sdk/client-cloudwatch';
import { arnOf } from '../../account.ts';
import { assertModelled } from '../../parameters/assert-modelled.ts';
import type { JsonObject } from '../../wire/api-call.ts';
import { optionalNumber, optionalText, requireText } from '../../wire/input.ts';
import type { PhysicalResource } from '../deployed-stack.ts';
import type { ResourceRequest, ResourceTypes } from '../resource-type.ts';

export const MONITORING_TYPES: ResourceTypes = {
  'AWS::CloudWatch::Alarm': {
    replacedBy: ['AlarmName'],
    create: (request) => putAlarm(request, optionalText(request.properties, 'AlarmName') ?? request.generatedName),
    update: (request, old) => putAlarm(request, old.id),
    delete: ({ aws }, old) => aws.cloudwatch.deleteAlarms({ AlarmNames: [old.id] }),
  },
  'AWS::CloudWatch::Dashboard': {
    replacedBy: ['DashboardName'],
    create: ({ aws, generatedName, properties }) => {
      const DashboardName = optionalText(properties, 'DashboardName') ?? generatedName;
      aws.cloudwatch.putDashboard({ DashboardName, DashboardBody: requireText(properties, 'DashboardBody') });
      return { id: DashboardName, attributes: {} };
    },
    delete: ({ aws }, old) => {
      aws.cloudwatch.deleteDashboards({ DashboardNames: [old.id] });
    },
  },
  'AWS::Logs::LogGroup': {
    replacedBy: ['LogGroupName'],
    create: ({ aws, generatedName, properties }) => {
      const name = optionalText(properties, 'LogGroupName') ?? generatedName;
      aws.logs.createGroup(name, {
        retentionDays: optionalNumber(properties, 'RetentionInDays'),
        kmsKeyId: optionalText(properties, 'KmsKeyId'),
        logGroupClass: optionalText(properties, 'LogGroupClass'),
      });
      return { id: name, attributes: { Arn: arnOf(aws.account, 'logs', `log-group:${name}:*`) } };
    },
    delete: ({ aws }, old) => aws.logs.deleteGroup(old.id),
  },
};

/** CloudFormation's property names are those of PutMetricAlarm, as are their values once numbers are numbers. */
function putAlarm({ aws, properties }: ResourceRequest, name: string): PhysicalResource {
  const { AlarmName: _, ...definition } = withNumbers(properties);
  assertModelled({ service: 'cloudwatch', operation: 'PutMetricAlarm' }, definition);
  aws.cloudwatch.putMetricAlarm({ ...definition, AlarmName: name } as PutMetricAlarmInput);
  return { id: name, attributes: { Arn: arnOf(aws.account, 'cloudwatch', `alarm:${name}`) } };
}

const NUMBERS = ['Threshold', 'Period', 'EvaluationPeriods', 'DatapointsToAlarm'];

function withNumbers(properties: JsonObject): JsonObject {
  const entries = Object.entries(properties).map(([key, value]) => [
    key,
    NUMBERS.includes(key) ? Number(value) : value,
  ]);
  return Object.fromEntries(entries);
}
