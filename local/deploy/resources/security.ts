/** AWS::IAM::* and AWS::KMS::*: kept as they are, for whoever asks what a role may do; nothing is enforced. */
import { createHash } from 'node:crypto';
import { arnOf, type LocalAccount } from '../../account.ts';
import { optionalText } from '../../wire/input.ts';
import type { ResourceTypes } from '../resource-type.ts';

export const SECURITY_TYPES: ResourceTypes = {
  'AWS::IAM::Role': {
    replacedBy: ['RoleName'],
    create: ({ aws, generatedName, properties }) => {
      const name = optionalText(properties, 'RoleName') ?? generatedName;
      return {
        id: name,
        attributes: { Arn: iamArn(aws.account, `role/${name}`), RoleId: `AROA${name.toUpperCase()}` },
      };
    },
    delete: () => {},
  },
  'AWS::IAM::Policy': { create: ({ generatedName }) => ({ id: generatedName, attributes: {} }), delete: () => {} },
  'AWS::IAM::ManagedPolicy': {
    create: ({ aws, generatedName, properties }) => {
      const name = optionalText(properties, 'ManagedPolicyName') ?? generatedName;
      const arn = iamArn(aws.account, `policy/${name}`);
      return { id: arn, attributes: { PolicyArn: arn } };
    },
    delete: () => {},
  },
  'AWS::KMS::Key': {
    create: ({ aws, generatedName }) => {
      const hash = createHash('sha256').update(generatedName).digest('hex');
      const id = hash.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
      return { id, attributes: { Arn: arnOf(aws.account, 'kms', `key/${id}`), KeyId: id } };
    },
    delete: () => {},
  },
  'AWS::KMS::Alias': {
    create: ({ generatedName, properties }) => ({
      id: optionalText(properties, 'AliasName') ?? generatedName,
      attributes: {},
    }),
    delete: () => {},
  },
};

function iamArn({ partition, accountId }: LocalAccount, resource: string): string {
  return `arn:${partition}:iam::${accountId}:${resource}`;
}
