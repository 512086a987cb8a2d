/** What becomes of the parameters of CloudWatch Logs' calls. */
import type { ServiceRules } from '../parameters/parameter-rules.ts';

const GROUP = ['logGroupName', 'logGroupIdentifier'];
const RANGE = ['startTime', 'endTime', 'nextToken', 'limit'];
const UNMASK = { unmask: 'leave it out: nothing is masked' };

export const LOGS_RULES: ServiceRules = {
  CreateLogGroup: { honoured: ['logGroupName'], stored: ['kmsKeyId', 'logGroupClass'] },
  DeleteLogGroup: { honoured: ['logGroupName'] },
  DescribeLogGroups: { honoured: ['logGroupNamePrefix', 'logGroupNamePattern', 'nextToken', 'limit'] },
  DescribeLogStreams: {
    honoured: [...GROUP, 'logStreamNamePrefix', 'orderBy', 'descending', 'nextToken', 'limit'],
  },
  GetLogEvents: { honoured: [...GROUP, ...RANGE, 'logStreamName', 'startFromHead'], refused: UNMASK },
  FilterLogEvents: {
    honoured: [...GROUP, ...RANGE, 'logStreamNames', 'logStreamNamePrefix'],
    simplified: {
      filterPattern: 'terms, quoted terms, and comparisons of JSON members joined by &&',
      interleaved: 'events of several streams are always interleaved, as in AWS since 2019',
    },
    refused: { ...UNMASK, startFromHead: 'leave it out: events come oldest first' },
  },
};
