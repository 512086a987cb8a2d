/** CloudWatch Logs in JSON 1.1: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_Operations.html */
import { AwsServiceError } from '../../simulator/models/aws-service-error.ts';
import { arnOf, type LocalAccount } from '../account.ts';
import type { JsonObject, ServiceEndpoint } from '../wire/api-call.ts';
import { optionalNumber, optionalText, requireText, textList } from '../wire/input.ts';
import { jsonEndpoint } from '../wire/json-endpoint.ts';
import { parseFilterPattern } from './filter-pattern.ts';
import type { LogEvent, LogService } from './log-service.ts';

const LARGEST_PAGE = 10_000;

export function logEndpoint(logs: LogService, account: LocalAccount): ServiceEndpoint {
  return jsonEndpoint('1.1', {
    CreateLogGroup: (input) => {
      logs.createGroup(requireText(input, 'logGroupName'));
      return {};
    },
    DescribeLogGroups: (input) => {
      const prefix = optionalText(input, 'logGroupNamePrefix') ?? '';
      const groups = logs.groups().filter(({ name }) => name.startsWith(prefix));
      return {
        logGroups: groups.map(({ name, retentionDays }) => ({
          logGroupName: name,
          arn: arnOf(account, 'logs', `log-group:${name}:*`),
          ...(retentionDays === undefined ? {} : { retentionInDays: retentionDays }),
        })),
      };
    },
    DescribeLogStreams: (input) => ({ logStreams: describeStreams(logs.events(groupOf(input))) }),
    GetLogEvents: (input) => {
      const stream = requireText(input, 'logStreamName');
      const events = inRange(logs.events(groupOf(input)), input).filter((event) => event.logStream === stream);
      const page = pageOf(events, input);
      return {
        events: page.events.map(describeEvent),
        nextForwardToken: `f/${page.end}`,
        nextBackwardToken: `b/${page.start}`,
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
      const page = pageOf(events, input);
      return {
        events: page.events.map((event) => ({
          ...describeEvent(event),
          logStreamName: event.logStream,
          eventId: event.eventId,
        })),
        ...(page.end < events.length ? { nextToken: `f/${page.end}` } : {}),
      };
    },
  });
}

function groupOf(input: JsonObject): string {
  const identifier = optionalText(input, 'logGroupIdentifier');
  return identifier?.replace(/^arn:.*:log-group:/, '').replace(/:\*$/, '') ?? requireText(input, 'logGroupName');
}

/** The end is exclusive in GetLogEvents and inclusive in FilterLogEvents in AWS; a millisecond apart, taken as the latter. */
function inRange(events: readonly LogEvent[], input: JsonObject): readonly LogEvent[] {
  const startMs = optionalNumber(input, 'startTime') ?? 0;
  const endMs = optionalNumber(input, 'endTime') ?? Number.POSITIVE_INFINITY;
  return events.filter(({ atMs }) => atMs >= startMs && atMs <= endMs);
}

function pageOf(events: readonly LogEvent[], input: JsonObject) {
  const token = optionalText(input, 'nextToken');
  const start = token === undefined ? 0 : Number(token.split('/')[1]);
  if (!Number.isInteger(start))
    throw new AwsServiceError('InvalidParameterException', 'The specified nextToken is invalid.');
  const end = Math.min(events.length, start + (optionalNumber(input, 'limit') ?? LARGEST_PAGE));
  return { start, end, events: events.slice(start, end) };
}

function describeEvent(event: LogEvent): JsonObject {
  return { timestamp: event.atMs, ingestionTime: event.atMs, message: event.message };
}

function describeStreams(events: readonly LogEvent[]): readonly JsonObject[] {
  const streams = Map.groupBy(events, (event) => event.logStream);
  return [...streams].map(([logStreamName, own]) => ({
    logStreamName,
    creationTime: own[0]?.atMs,
    firstEventTimestamp: own[0]?.atMs,
    lastEventTimestamp: own.at(-1)?.atMs,
  }));
}
