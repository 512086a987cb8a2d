/** What concerns all streams of the account at once, as the product uses it. */
import {
  type CloudWatchClient,
  DeleteAlarmsCommand,
  type MetricAlarm,
  paginateDescribeAlarms,
} from '@aws-sdk/client-cloudwatch';
import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import {
  GetResourcesCommand,
  type GetResourcesCommandInput,
  type ResourceGroupsTaggingAPIClient,
  type ResourceTagMapping,
} from '@aws-sdk/client-resource-groups-tagging-api';
import { awsFacts } from '../../core/aws-facts.ts';
import type { FleetPort } from '../ports.ts';
import { readAlarm } from './alarm-shapes.ts';
import { call } from './calls.ts';

const alarmsPerCall = awsFacts.describeAlarmsBatch.value;

export function awsFleet(
  tagging: ResourceGroupsTaggingAPIClient,
  cloudwatch: CloudWatchClient,
  lambda: LambdaClient,
): FleetPort {
  return {
    streamTags: () =>
      call('tag:GetResources', async () => {
        const found = await listResources(tagging, { ResourceTypeFilters: ['kinesis:stream'] });
        return new Map(found.map(({ ResourceARN = '', Tags = [] }) => [afterLast(ResourceARN, '/'), readTags(Tags)]));
      }),
    alarmsTagged: (key, value) =>
      call('tag:GetResources', async () => {
        const TagFilters = [{ Key: key, Values: [value] }];
        const found = await listResources(tagging, { ResourceTypeFilters: ['cloudwatch:alarm'], TagFilters });
        return found.map(({ ResourceARN = '' }) => afterLast(ResourceARN, ':'));
      }),
    alarms: () =>
      call('cloudwatch:DescribeAlarms', async () => {
        const alarms: MetricAlarm[] = [];
        const pages = paginateDescribeAlarms(
          { client: cloudwatch, pageSize: alarmsPerCall },
          { AlarmTypes: ['MetricAlarm'] },
        );
        for await (const { MetricAlarms = [] } of pages) alarms.push(...MetricAlarms);
        return alarms.map(readAlarm);
      }),
    deleteAlarms: (alarmNames) =>
      call('cloudwatch:DeleteAlarms', async () => {
        for (let start = 0; start < alarmNames.length; start += alarmsPerCall) {
          const AlarmNames = alarmNames.slice(start, start + alarmsPerCall);
          await cloudwatch.send(new DeleteAlarmsCommand({ AlarmNames }));
        }
      }),
    invokeLater: (functionName, event) =>
      call('lambda:InvokeFunction', async () => {
        const Payload = JSON.stringify(event);
        await lambda.send(new InvokeCommand({ FunctionName: functionName, InvocationType: 'Event', Payload }));
      }),
  };
}

async function listResources(
  client: ResourceGroupsTaggingAPIClient,
  filters: Pick<GetResourcesCommandInput, 'ResourceTypeFilters' | 'TagFilters'>,
): Promise<readonly ResourceTagMapping[]> {
  const found: ResourceTagMapping[] = [];
  let token: string | undefined;
  do {
    const page = await client.send(
      new GetResourcesCommand({ ...filters, ResourcesPerPage: 100, ...(token ? { PaginationToken: token } : {}) }),
    );
    found.push(...(page.ResourceTagMappingList ?? []));
    token = page.PaginationToken || undefined;
  } while (token !== undefined);
  return found;
}

function readTags(tags: readonly { Key?: string | undefined; Value?: string | undefined }[]): Record<string, string> {
  return Object.fromEntries(tags.map(({ Key, Value }) => [Key ?? '', Value ?? '']));
}

function afterLast(text: string, separator: string): string {
  return text.slice(text.lastIndexOf(separator) + 1);
}
