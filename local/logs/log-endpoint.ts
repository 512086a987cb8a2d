/** CloudWatch Logs in JSON 1.1: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_Operations.html */
import { AwsServiceError } from '../../simulator/models/aws-service-error.ts';
import { takePage } from '../../simulator/models/cloudwatch/paging.ts';
import { arnOf, type LocalAccount } from '../account.ts';
import type { JsonObject, Operations, ServiceEndpoint } from '../wire/api-call.ts';
import { optionalNumber, optionalText, requireText, textList } from '../wire/input.ts';
import { jsonEndpoint } from '../wire/json-endpoint.ts';
import { parseFilterPattern } from './filter-pattern.ts';
import type { LogEvent, LogGroup, LogService } from './log-service.ts';

const LARGEST_PAGE = 10_000;
/** DescribeLogGroups and DescribeLogStreams, API reference. */
const GROUPS_PER_PAGE = 50;

export function logEndpoint(logs: LogService, account: LocalAccount): ServiceEndpoint {
  return jsonEndpoint('1.1', { ...groupOperations(logs, account), ...eventOperations(logs) });
}

function groupOperations(logs: LogService, account: LocalAccount): Operations {
  return {
    CreateLogGroup: (input) => {
      const name = requireText(input, 'logGroupName');
      if (logs.groups().some((group) => group.name === name)) {
        throw new AwsServiceError('ResourceAlreadyExistsException', 'The specified log group already exists');
      }
      logs.createGroup(name, {
        kmsKeyId: optionalText(input, 'kmsKeyId'),
        logGroupClass: optionalText(input, 'logGroupClass'),
      });
      return undefined;
    },
    DeleteLogGroup: (input) => {
      logs.events(requireText(input, 'logGroupName'));
      logs.deleteGroup(requireText(input, 'logGroupName'));
      return undefined;
    },
    DescribeLogGroups: (input) => {
      const prefix = optionalText(input, 'logGroupNamePrefix') ?? '';
      const pattern = optionalText(input, 'logGroupNamePattern')?.toLowerCase() ?? '';
      const groups = logs
        .groups()
        .filter(({ name }) => name.startsWith(prefix) && name.toLowerCase().includes(pattern))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
      const { items, next } = groupPage(groups, input);
      return { logGroups: items.map((group) => describeGroup(group, account)), ...next };
    },
    DescribeLogStreams: (input) => {
      const prefix = optionalText(input, 'logStreamNamePrefix') ?? '';
      const byTime = optionalText(input, 'orderBy') === 'LastEventTime';
      const streams = describeStreams(logs.events(groupOf(input)))
        .filter(({ logStreamName }) => logStreamName.startsWith(prefix))
        .sort(
          (a, b) =>
            (byTime ? a.lastEventTimestamp - b.lastEventTimestamp : 0) || (a.logStreamName < b.logStreamName ? -1 : 1),
        );
      const { items, next } = groupPage(input.descending === true ? streams.reverse() : streams, input);
      return { logStreams: items, ...next };
    },
  };
}

function groupPage<T>(items: readonly T[], input: JsonObject) {
  const page = takePage(items, optionalNumber(input, 'limit') ?? GROUPS_PER_PAGE, optionalText(input, 'nextToken'));
  return { items: page.items, next: page.nextToken === undefined ? {} : { nextToken: page.nextToken } };
}

function describeGroup({ name, retentionDays, kmsKeyId, logGroupClass }: LogGroup, account: LocalAccount): JsonObject {
  return {
    logGroupName: name,
    arn: arnOf(account, 'logs', `log-group:${name}:*`),
    logGroupClass: logGroupClass ?? 'STANDARD',
    ...(retentionDays === undefined ? {} : { retentionInDays: retentionDays }),
    ...(kmsKeyId === undefined ? {} : { kmsKeyId }),
  };
}

function eventOperations(logs: LogService): Operations {
  return {
    GetLogEvents: (input) => {
      const stream = requireText(input, 'logStreamName');
      const endMs = optionalNumber(input, 'endTime') ?? Number.POSITIVE_INFINITY;
      const events = inRange(logs.events(groupOf(input)), input)
        // Of this call the end is exclusive.
        .filter((event) => event.logStream === stream && event.atMs < endMs);
      const { start, end } = logPage(events.length, input);
      return {
        events: events.slice(start, end).map(describeEvent),
        nextForwardToken: `f/${end}`,
        nextBackwardToken: `b/${start}`,
      };
    },
    FilterLogEvents: (input) => {
      const matches = parseFilterPattern(optionalText(input, 'filterPattern') ?? '');
      const names = new Set(textList(input, 'logStreamNames'));
      const prefix = optionalText(input, 'logStreamNamePrefix') ?? '';
      const events = inRange(logs.events(groupOf(input)), input).filter(
        (event) =>
          (names.size === 0 || names.has(event.logStream)) &&
          event.logStream.startsWith(prefix) &&
          matches(event.message),
      );
      const token = optionalText(input, 'nextToken');
      const start = token === undefined ? 0 : offsetOf(token);
      const end = Math.min(events.length, start + (optionalNumber(input, 'limit') ?? LARGEST_PAGE));
      return {
        events: events.slice(start, end).map((event) => ({
          ...describeEvent(event),
          logStreamName: event.logStream,
          eventId: event.eventId,
        })),
        ...(end < events.length ? { nextToken: `f/${end}` } : {}),
      };
    },
  };
}

function groupOf(input: JsonObject): string {
  const identifier = optionalText(input, 'logGroupIdentifier');
  return identifier?.replace(/^arn:.*:log-group:/, '').replace(/:\*$/, '') ?? requireText(input, 'logGroupName');
}

/** Start and end both inclusive. */
function inRange(events: readonly LogEvent[], input: JsonObject): readonly LogEvent[] {
  const startMs = optionalNumber(input, 'startTime') ?? 0;
  const endMs = optionalNumber(input, 'endTime') ?? Number.POSITIVE_INFINITY;
  return events.filter(({ atMs }) => atMs >= startMs && atMs <= endMs);
}

/** Of one stream: the newest events first asked for, unless from its head; then on in the direction of the token. */
function logPage(count: number, input: JsonObject): { readonly start: number; readonly end: number } {
  const limit = optionalNumber(input, 'limit') ?? LARGEST_PAGE;
  const token = optionalText(input, 'nextToken');
  if (token === undefined) {
    return input.startFromHead === true
      ? { start: 0, end: Math.min(count, limit) }
      : { start: Math.max(0, count - limit), end: count };
  }
  const at = offsetOf(token);
  return token.startsWith('b/')
    ? { start: Math.max(0, at - limit), end: at }
    : { start: at, end: Math.min(count, at + limit) };
}

function offsetOf(token: string): number {
  const offset = Number(/^[bf]\/(\d+)$/.exec(token)?.[1] ?? Number.NaN);
  if (Number.isInteger(offset)) return offset;
  throw new AwsServiceError('InvalidParameterException', 'The specified nextToken is invalid.');
}

function describeEvent(event: LogEvent): JsonObject {
  return { timestamp: event.atMs, ingestionTime: event.atMs, message: event.message };
}

function describeStreams(events: readonly LogEvent[]) {
  const streams = Map.groupBy(events, (event) => event.logStream);
  return [...streams].map(([logStreamName, own]) => ({
    logStreamName,
    creationTime: own[0]?.atMs ?? 0,
    firstEventTimestamp: own[0]?.atMs ?? 0,
    lastEventTimestamp: own.at(-1)?.atMs ?? 0,
  }));
}
