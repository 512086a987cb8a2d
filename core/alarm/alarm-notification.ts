/**
 * The first arrow of the flow: the JSON that an SNS record carries becomes a complete `ScalingAlarm`, or is refused with
 * every fault named. Nothing after this file meets a half-filled message.
 *
 * Traps (AWS-documented shapes): dimension keys are lower case in SNS messages, `Region` is a display name (so region and
 * account come from `AlarmArn`), the order of `Metrics` varies, newer messages carry more fields.
 */
import * as v from 'valibot';
import { type Fault, fail, quote, type Result, succeed, unprintable } from '../result.ts';
import { parseZonedTime } from '../time.ts';
import {
  type Direction,
  type MetricParts,
  readAlarmName,
  readJudgedShardCount,
  readStreamName,
} from './alarm-definition.ts';

export const alarmStates = ['OK', 'ALARM', 'INSUFFICIENT_DATA'] as const;
export type AlarmStateValue = (typeof alarmStates)[number];

/** A notification of one of a stream's two alarms, as far as the message alone can tell. */
export interface ScalingAlarm {
  readonly alarmName: string;
  readonly siblingName: string;
  readonly direction: Direction;
  readonly region: string;
  readonly accountId: string;
  readonly streamName: string;
  readonly newState: AlarmStateValue;
  readonly stateChangedAtMs: number;
  /** The shard count that the alarm judged by (its `s1`); undefined when the message names none, which voids it. */
  readonly judgedShardCount: number | undefined;
}

/** Longest message that is read: SNS carries at most 256 KB. */
const longestMessage = 262_144;
/** A hostile message can have a fault in each of its thousands of metrics; these are told. */
const mostFaults = 10;

/** What is read, and no more: what nobody asks for cannot be wrong. */
const messageSchema = v.object({
  AlarmName: v.pipe(v.string(), v.minLength(1), v.maxLength(255)),
  AlarmArn: v.string(),
  NewStateValue: v.picklist(alarmStates),
  StateChangeTime: v.string(),
  Trigger: v.object({
    Metrics: v.array(
      v.object({
        Id: v.string(),
        Expression: v.nullish(v.string(), ''),
        MetricStat: v.nullish(
          v.object({
            Metric: v.object({
              Namespace: v.nullish(v.string(), ''),
              Dimensions: v.nullish(v.array(v.object({ name: v.string(), value: v.string() })), []),
            }),
          }),
        ),
      }),
    ),
  }),
});
type AlarmMessage = v.InferOutput<typeof messageSchema>;

const alarmArn = /^arn:[\w-]+:cloudwatch:([\w-]+):(\d{12}):alarm:(.+)$/s;
const streamNamePattern = /^[a-zA-Z0-9_.-]{1,128}$/;

/** Reads the `Message` of an SNS record. Never throws, whatever the text. */
export function parseScalingAlarm(text: string): Result<ScalingAlarm> {
  const message = readMessage(text);
  if (!message.ok) return message;
  const { AlarmName, AlarmArn, NewStateValue, StateChangeTime, Trigger } = message.value;
  const faults: Fault[] = [];
  const name = readAlarmName(AlarmName);
  if (!name)
    faults.push(
      fault('AlarmName', AlarmName, 'ends in neither -scale-up nor -scale-down', 'subscribe scaling alarms only'),
    );
  else if (unprintable.test(AlarmName))
    faults.push(fault('AlarmName', AlarmName, 'holds control characters', 'send CloudWatch notifications as they are'));
  const arn = alarmArn.exec(AlarmArn);
  if (!arn)
    faults.push(fault('AlarmArn', AlarmArn, 'is not the ARN of an alarm', 'send CloudWatch notifications as they are'));
  else if (arn[3] !== AlarmName)
    faults.push(
      fault('AlarmArn', AlarmArn, 'names another alarm than AlarmName', 'send CloudWatch notifications as they are'),
    );
  const stateChangedAtMs = parseZonedTime(StateChangeTime);
  if (stateChangedAtMs === undefined) {
    faults.push(
      fault(
        'StateChangeTime',
        StateChangeTime,
        'is not a time with a zone',
        'expected like 2026-03-02T09:15:44.775+0000',
      ),
    );
  }
  const metrics = Trigger.Metrics.map(partsOf);
  const streamName = readStreamName(metrics);
  if (streamName === undefined || !streamNamePattern.test(streamName)) {
    faults.push(
      fault(
        'Trigger.Metrics',
        streamName,
        'does not name one stream',
        'm1 and m2 must be AWS/Kinesis metrics with the same StreamName',
      ),
    );
  }
  if (!name || !arn || stateChangedAtMs === undefined || streamName === undefined || faults.length > 0)
    return fail(faults);
  return succeed({
    alarmName: AlarmName,
    siblingName: name.siblingName,
    direction: name.direction,
    region: arn[1] ?? '',
    accountId: arn[2] ?? '',
    streamName,
    newState: NewStateValue,
    stateChangedAtMs,
    judgedShardCount: readJudgedShardCount(metrics),
  });
}

function readMessage(text: string): Result<AlarmMessage> {
  if (text.length > longestMessage) {
    return fail([
      fault('Message', `${text.length} characters`, 'is longer than SNS allows', 'nothing sends such a message'),
    ]);
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return fail([fault('Message', text, 'is not JSON', 'publish CloudWatch alarms only to this topic')]);
  }
  const parsed = v.safeParse(messageSchema, json);
  if (parsed.success) return succeed(parsed.output);
  return fail(
    parsed.issues
      .slice(0, mostFaults)
      .map((issue) =>
        fault(
          v.getDotPath(issue) ?? 'Message',
          issue.input,
          `is not ${issue.expected ?? 'valid'}`,
          'metric-math alarms of CloudWatch have it',
        ),
      ),
  );
}

function partsOf({ Id: id, Expression, MetricStat }: AlarmMessage['Trigger']['Metrics'][number]): MetricParts {
  if (!MetricStat) return { id, expression: Expression };
  const { Namespace, Dimensions } = MetricStat.Metric;
  return { id, namespace: Namespace, dimensions: Object.fromEntries(uniqueDimensions(Dimensions)) };
}

/** A dimension that is named twice is dropped, not decided by order. */
function uniqueDimensions(
  dimensions: readonly { name: string; value: string }[],
): readonly (readonly [string, string])[] {
  const values = Map.groupBy(dimensions, ({ name }) => name);
  return [...values].flatMap(([name, [first, ...others]]) =>
    first && others.length === 0 ? [[name, first.value] as const] : [],
  );
}

function fault(field: string, value: unknown, problem: string, remedy: string): Fault {
  return { field, value: quote(value), problem, remedy };
}
