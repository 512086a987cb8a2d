/** Tags, and who may invoke a function. */
import { AwsServiceError } from '../../../simulator/models/aws-service-error.ts';
import { optionalText, requireText, textList, textMap } from '../../wire/input.ts';
import { assertRevision } from '../function-definition.ts';
import { describeStatement } from '../function-description.ts';
import type { LambdaService } from '../lambda-service.ts';
import { json, type LambdaOperations } from './lambda-operation.ts';

export function accessOperations(lambda: LambdaService): LambdaOperations {
  return { ...tagOperations(lambda), ...permissionOperations(lambda) };
}

function tagOperations({ functions }: LambdaService): LambdaOperations {
  return {
    ListTags: ({ label }) => json(200, { Tags: functions.get(label).tags }),
    TagResource: ({ label, input }) => {
      const definition = functions.get(label);
      functions.set({ ...definition, tags: { ...definition.tags, ...textMap(input, 'Tags') } });
      return json(204, undefined);
    },
    UntagResource: ({ label, input }) => {
      const definition = functions.get(label);
      const gone = new Set(textList(input, 'TagKeys'));
      const tags = Object.fromEntries(Object.entries(definition.tags).filter(([key]) => !gone.has(key)));
      functions.set({ ...definition, tags });
      return json(204, undefined);
    },
  };
}

function permissionOperations({ functions }: LambdaService): LambdaOperations {
  return {
    AddPermission: ({ label, input }) => {
      const definition = functions.get(label);
      assertRevision(definition, input);
      const sourceAccount = optionalText(input, 'SourceAccount');
      const sourceArn = optionalText(input, 'SourceArn');
      const permission = {
        statementId: requireText(input, 'StatementId'),
        principal: requireText(input, 'Principal'),
        ...(sourceArn === undefined ? {} : { sourceArn }),
        ...(sourceAccount === undefined ? {} : { sourceAccount }),
      };
      if (definition.permissions.some(({ statementId }) => statementId === permission.statementId)) {
        const message = `The statement id (${permission.statementId}) provided already exists.`;
        throw new AwsServiceError('ResourceConflictException', message);
      }
      functions.set({ ...definition, permissions: [...definition.permissions, permission] });
      return json(201, { Statement: JSON.stringify(describeStatement(definition, permission)) });
    },
    GetPolicy: ({ label }) => {
      const definition = functions.get(label);
      if (definition.permissions.length === 0) {
        throw new AwsServiceError('ResourceNotFoundException', 'The resource you requested does not exist.');
      }
      const statements = definition.permissions.map((permission) => describeStatement(definition, permission));
      const policy = { Version: '2012-10-17', Id: 'default', Statement: statements };
      return json(200, { Policy: JSON.stringify(policy), RevisionId: definition.revisionId });
    },
    RemovePermission: ({ label, input }) => {
      const definition = functions.get(label);
      assertRevision(definition, input);
      const statementId = requireText(input, 'StatementId');
      if (!definition.permissions.some((permission) => permission.statementId === statementId)) {
        const message = `Statement ${statementId} is not found in resource policy.`;
        throw new AwsServiceError('ResourceNotFoundException', message);
      }
      const permissions = definition.permissions.filter((permission) => permission.statementId !== statementId);
      functions.set({ ...definition, permissions });
      return json(204, undefined);
    },
  };
}
