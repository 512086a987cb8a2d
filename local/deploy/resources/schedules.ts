/** AWS::Events::Rule and AWS::Scheduler::* */
import { arnOf } from '../../account.ts';
import type { JsonObject } from '../../wire/api-call.ts';
import { objectList, optionalText, requireText } from '../../wire/input.ts';
import type { ResourceTypes } from '../resource-type.ts';

export const SCHEDULE_TYPES: ResourceTypes = {
  'AWS::Events::Rule': {
    replacedBy: ['Name'],
    create: ({ aws, generatedName, properties }) => {
      const name = optionalText(properties, 'Name') ?? generatedName;
      aws.schedules.put({
        name,
        kind: 'rule',
        expression: requireText(properties, 'ScheduleExpression'),
        enabled: properties.State !== 'DISABLED',
        targets: objectList(properties, 'Targets').map(targetOf),
      });
      return { id: name, attributes: { Arn: arnOf(aws.account, 'events', `rule/${name}`) } };
    },
    delete: ({ aws }, old) => aws.schedules.delete(old.id),
  },
  'AWS::Scheduler::Schedule': {
    replacedBy: ['Name', 'GroupName'],
    create: ({ aws, generatedName, properties }) => {
      const name = optionalText(properties, 'Name') ?? generatedName;
      const timeZone = optionalText(properties, 'ScheduleExpressionTimezone');
      aws.schedules.put({
        name,
        kind: 'schedule',
        expression: requireText(properties, 'ScheduleExpression'),
        ...(timeZone === undefined ? {} : { timeZone }),
        enabled: properties.State !== 'DISABLED',
        targets: [targetOf(properties.Target as JsonObject)],
      });
      const group = optionalText(properties, 'GroupName') ?? 'default';
      return { id: name, attributes: { Arn: arnOf(aws.account, 'scheduler', `schedule/${group}/${name}`) } };
    },
    delete: ({ aws }, old) => aws.schedules.delete(old.id),
  },
  'AWS::Scheduler::ScheduleGroup': {
    create: ({ aws, generatedName, properties }) => {
      const name = optionalText(properties, 'Name') ?? generatedName;
      return { id: name, attributes: { Arn: arnOf(aws.account, 'scheduler', `schedule-group/${name}`) } };
    },
    delete: () => {},
  },
};

function targetOf(target: JsonObject): { readonly functionArn: string; readonly input?: string } {
  const input = optionalText(target, 'Input');
  return { functionArn: requireText(target, 'Arn'), ...(input === undefined ? {} : { input }) };
}
