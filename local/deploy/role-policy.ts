/** What the roles of a deployed stack grant, as their policies say it. */
import type { JsonObject } from '../wire/api-call.ts';
import { objectList, textList } from '../wire/input.ts';
import type { DeployedStack } from './deployed-stack.ts';

export interface PolicyStatement {
  readonly effect: 'Allow' | 'Deny';
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** As it stands in the policy; not evaluated. */
  readonly condition: unknown;
}

/** Statements of the role's own, attached and managed policies. Policies of AWS itself are not known here. */
export function policyStatementsOf(stack: DeployedStack, roleArn: string): readonly PolicyStatement[] {
  const all = [...stack.resources.values()];
  const role = all.find(({ type, physical }) => type === 'AWS::IAM::Role' && physical.attributes.Arn === roleArn);
  if (role === undefined) throw new Error(`${stack.stackName} has no role ${roleArn}`);
  const managed = new Set(textList(role.properties, 'ManagedPolicyArns'));
  const attached = all.filter(
    ({ type, physical, properties }) =>
      (type === 'AWS::IAM::Policy' && textList(properties, 'Roles').includes(role.physical.id)) ||
      (type === 'AWS::IAM::ManagedPolicy' &&
        (managed.has(physical.id) || textList(properties, 'Roles').includes(role.physical.id))),
  );
  return [...objectList(role.properties, 'Policies'), ...attached.map(({ properties }) => properties)].flatMap(
    ({ PolicyDocument }) =>
      [(PolicyDocument as JsonObject).Statement as JsonObject | JsonObject[]].flat().map(statementOf),
  );
}

/** Whether the statements allow the action on the resource and none denies it; conditions count as met. */
export function grants(statements: readonly PolicyStatement[], action: string, resourceArn: string): boolean {
  const matching = statements.filter(
    ({ actions, resources }) =>
      actions.some((pattern) => matches(pattern.toLowerCase(), action.toLowerCase())) &&
      resources.some((pattern) => matches(pattern, resourceArn)),
  );
  return matching.length > 0 && matching.every(({ effect }) => effect === 'Allow');
}

function statementOf(statement: JsonObject): PolicyStatement {
  return {
    effect: statement.Effect === 'Deny' ? 'Deny' : 'Allow',
    actions: [statement.Action].flat().map(String),
    resources: [statement.Resource].flat().map(String),
    condition: statement.Condition,
  };
}

function matches(pattern: string, text: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(text);
}
