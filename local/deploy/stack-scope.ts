/** What a template's functions may refer to in one stack: resources, parameters, pseudo parameters, conditions, mappings. */
import type { LocalAccount } from '../account.ts';
import type { DeployedResource } from './deployed-stack.ts';
import { NO_VALUE, resolveValue, type Scope } from './intrinsics.ts';
import type { Template } from './template.ts';

/** @param resources those deployed so far; grows while the scope is in use. */
export function createScope(
  account: LocalAccount,
  stackName: string,
  template: Template,
  resources: ReadonlyMap<string, DeployedResource>,
): Scope {
  const pseudo = pseudoParameters(account, stackName);
  const scope: Scope = {
    ref: (name) => {
      if (pseudo.has(name)) return pseudo.get(name);
      const parameter = template.Parameters[name];
      if (parameter !== undefined) {
        if (parameter.Default === undefined) throw new Error(`parameter ${name} has no default`);
        return parameter.Default;
      }
      return resourceOf(name).physical.id;
    },
    attribute: (logicalId, name) => {
      const { type, physical } = resourceOf(logicalId);
      const value = physical.attributes[name];
      if (value === undefined) throw new Error(`${logicalId} (${type}) has no attribute ${name}`);
      return value;
    },
    condition: (name) => {
      if (!Object.hasOwn(template.Conditions, name)) throw new Error(`there is no condition ${name}`);
      return resolveValue(template.Conditions[name], scope) === true;
    },
    mapping: (map, first, second) => {
      const value = template.Mappings[map]?.[first]?.[second];
      if (value === undefined) throw new Error(`mapping ${map} has no ${first} / ${second}`);
      return value;
    },
  };
  const resourceOf = (logicalId: string): DeployedResource => {
    const resource = resources.get(logicalId);
    if (resource === undefined) throw new Error(`there is no resource or parameter ${logicalId}`);
    return resource;
  };
  return scope;
}

function pseudoParameters(account: LocalAccount, stackName: string): ReadonlyMap<string, unknown> {
  const { partition, region, accountId } = account;
  return new Map<string, unknown>([
    ['AWS::AccountId', accountId],
    ['AWS::NoValue', NO_VALUE],
    ['AWS::NotificationARNs', []],
    ['AWS::Partition', partition],
    ['AWS::Region', region],
    ['AWS::StackId', `arn:${partition}:cloudformation:${region}:${accountId}:stack/${stackName}/local`],
    ['AWS::StackName', stackName],
    ['AWS::URLSuffix', 'amazonaws.com'],
  ]);
}
