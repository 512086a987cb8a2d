/** Every call that local AWS serves, with the rules for its parameters. */
import { CLOUDWATCH_RULES } from '../cloudwatch/parameter-rules.ts';
import { KINESIS_RULES } from '../kinesis/parameter-rules.ts';
import { LAMBDA_RULES } from '../lambda/api/parameter-rules.ts';
import { LOGS_RULES } from '../logs/parameter-rules.ts';
import { SNS_RULES } from '../sns/parameter-rules.ts';
import { SQS_RULES } from '../sqs/parameter-rules.ts';
import type { ServiceName } from '../wire/api-call.ts';
import type { ServiceRules } from './parameter-rules.ts';

export const SERVED: Readonly<Record<ServiceName, ServiceRules>> = {
  kinesis: KINESIS_RULES,
  cloudwatch: CLOUDWATCH_RULES,
  sns: SNS_RULES,
  sqs: SQS_RULES,
  lambda: LAMBDA_RULES,
  logs: LOGS_RULES,
  sts: { GetCallerIdentity: {} },
  tagging: {
    GetResources: {
      honoured: ['PaginationToken', 'TagFilters', 'ResourcesPerPage', 'ResourceTypeFilters', 'ResourceARNList'],
      refused: { TagsPerPage: 'use ResourcesPerPage' },
      note: 'streams, functions and alarms are found; the index is current at once',
    },
  },
};

/** Ways out for calls that are not served, where there is a better one than to leave the call out. */
export const UNSERVED: Readonly<Record<string, string>> = {
  PutCompositeAlarm: 'use the metric alarms of which it is made',
  PutAnomalyDetector: 'use an alarm with a threshold',
  PublishVersion: 'use $LATEST',
  CreateAlias: 'use $LATEST',
  StartMessageMoveTask: 'receive from the dead-letter queue, and send again',
  PutMetricFilter: 'use the embedded metric format',
  StartQuery: 'use FilterLogEvents',
  PutResourcePolicy: 'leave it out: nothing is denied here',
  UpdateMaxRecordSize: 'use records of up to 1 MiB',
};
