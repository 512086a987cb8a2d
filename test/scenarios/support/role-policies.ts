/** What the role of a deployed function grants, and what a call asks for: IAM's evaluation as far as the template needs it. */
import type { DeployedResource, DeployedStack } from '../../../local/deploy/deploy.ts';
import type { LocalAws } from '../../../local/local-aws.ts';
import type { ApiCall, JsonObject } from '../../../local/wire/api-call.ts';
import { resourcesOf } from './call-key.ts';

/** One action of a statement: what could be struck from the policy. */
export interface Grant {
  readonly action: string;
  readonly resources: readonly string[];
  readonly conditions: JsonObject;
}

/** What one call needs; a call can need several. */
export interface Demand {
  readonly action: string;
  readonly resource: string;
}

/** Grants of the same action under the same conditions are one, in however many policies they stand. */
export function grantsOf(stack: DeployedStack, roleArn: string): readonly Grant[] {
  const resources = [...stack.resources.values()];
  const role = resources.find(({ type, physical }) => type === 'AWS::IAM::Role' && physical.attributes.Arn === roleArn);
  if (!role) throw new Error(`the stack has no role ${roleArn}`);
  const documents = [
    ...listOf(role.properties.Policies).map(({ PolicyDocument }) => PolicyDocument),
    ...resources.filter((resource) => isAttached(resource, role)).map(({ properties }) => properties.PolicyDocument),
  ];
  const merged = new Map<string, Grant>();
  for (const document of documents as readonly JsonObject[]) {
    for (const { Effect, Action, Resource, Condition = {} } of listOf(document.Statement)) {
      if (Effect !== 'Allow') throw new Error(`a statement with the effect ${Effect} is not evaluated here`);
      for (const action of textsOf(Action)) {
        const key = `${action} ${JSON.stringify(Condition)}`;
        const known = merged.get(key)?.resources ?? [];
        merged.set(key, { action, resources: [...known, ...textsOf(Resource)], conditions: Condition as JsonObject });
      }
    }
  }
  return [...merged.values()];
}

function isAttached({ type, properties, physical }: DeployedResource, role: DeployedResource): boolean {
  if (type === 'AWS::IAM::Policy') return textsOf(properties.Roles).includes(role.physical.id);
  return type === 'AWS::IAM::ManagedPolicy' && textsOf(role.properties.ManagedPolicyArns).includes(physical.id);
}

/** Whether a grant covers a demand, in the account as it is now. */
export function covers(grant: Grant, { action, resource }: Demand, aws: LocalAws): boolean {
  if (!matches(grant.action, action) || !grant.resources.some((pattern) => matches(pattern, resource))) return false;
  return Object.entries(grant.conditions).every(([operator, keys]) =>
    Object.entries(keys as JsonObject).every(([key, wanted]) => holds(operator, key, String(wanted), resource, aws)),
  );
}

function holds(operator: string, key: string, wanted: string, resource: string, aws: LocalAws): boolean {
  const tag = /^aws:ResourceTag\/(.+)$/.exec(key)?.[1];
  if (tag === undefined) throw new Error(`the condition key ${key} is not evaluated here`);
  const value = tagsOf(resource, aws)[tag];
  switch (operator) {
    case 'StringEquals':
      return value === wanted;
    case 'StringEqualsIgnoreCase':
      return value?.toLowerCase() === wanted.toLowerCase();
    default:
      throw new Error(`the condition operator ${operator} is not evaluated here`);
  }
}

function tagsOf(arn: string, aws: LocalAws): Readonly<Record<string, string>> {
  const [, , service, , , ...rest] = arn.split(':');
  const name = rest.join(':').replace(/^(stream\/|function:|alarm:)/, '');
  if (service === 'lambda') return aws.lambda.functions.find(name)?.tags ?? {};
  const tags = service === 'kinesis' ? aws.kinesis.account.stream(name).tags.list() : listAlarmTags(arn, aws);
  return Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [Key, Value]));
}

function listAlarmTags(ResourceARN: string, aws: LocalAws) {
  return aws.cloudwatch.listTagsForResource({ ResourceARN }).Tags ?? [];
}

/** Sources: Service Authorization Reference of each service. */
export function demandsOf(call: ApiCall, aws: LocalAws): readonly Demand[] {
  const { accountId, region } = aws.account;
  const { operation } = call;
  const names = resourcesOf(call);
  switch (call.service) {
    case 'kinesis':
      if (names.length === 0) return [{ action: `kinesis:${operation}`, resource: '*' }];
      return names.map((name) => ({
        action: `kinesis:${operation}`,
        resource: `arn:aws:kinesis:${region}:${accountId}:stream/${name}`,
      }));
    case 'cloudwatch':
      return alarmDemands(call, names, `arn:aws:cloudwatch:${region}:${accountId}:alarm:`);
    case 'lambda':
      return (names.length === 0 ? ['*'] : names).map((name) => ({
        action: `lambda:${operation === 'Invoke' ? 'InvokeFunction' : operation}`,
        resource:
          name === '*' ? name : `arn:aws:lambda:${region}:${accountId}:function:${name.replace(/^arn:.*:/, '')}`,
      }));
    case 'sns':
      return names.flatMap((topicArn) => publishDemands(topicArn, aws));
    case 'tagging':
      return [{ action: `tag:${operation}`, resource: '*' }];
    default:
      throw new Error(`what ${call.service}:${operation} needs is not known here`);
  }
}

function alarmDemands({ operation, request }: ApiCall, names: readonly string[], prefix: string): readonly Demand[] {
  const action = `cloudwatch:${operation}`;
  if (operation === 'GetMetricData') return [{ action, resource: '*' }];
  // By several names it is authorized on all alarms.
  if (operation === 'DescribeAlarms') return [{ action, resource: `${prefix}*` }];
  const demands = names.map((name) => ({ action, resource: name.startsWith('arn:') ? name : prefix + name }));
  const withTags = operation === 'PutMetricAlarm' && request.body.includes('"Tags":[{');
  return withTags
    ? [...demands, ...demands.map((demand) => ({ ...demand, action: 'cloudwatch:TagResource' }))]
    : demands;
}

/** Whoever publishes to a topic under a customer key uses the key. */
function publishDemands(topicArn: string, aws: LocalAws): readonly Demand[] {
  const publish = { action: 'sns:Publish', resource: topicArn };
  const key = aws.topics.attributes(topicArn).get('KmsMasterKeyId');
  if (key === undefined) return [publish];
  return [publish, ...['kms:Decrypt', 'kms:GenerateDataKey'].map((action) => ({ action, resource: key }))];
}

/** `*` and `?` as IAM has them. */
function matches(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 'i').test(text);
}

function listOf(value: unknown): readonly JsonObject[] {
  if (Array.isArray(value)) return value as readonly JsonObject[];
  return value === undefined ? [] : [value as JsonObject];
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : value === undefined ? [] : [String(value)];
}
