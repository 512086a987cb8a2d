/**
 * Reads the JSON of an SNS record into a complete `ScalingAlarm`, or refuses it and names every fault. No code after this
 * file meets a half-filled message.
 *
 * Traps in the shapes that AWS documents: dimension keys are lower case in SNS messages. `Region` is a display name, so
 * region and account come from `AlarmArn`. The order of `Metrics` varies. Newer messages carry more fields.
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

/** What the notification of one of a stream's two alarms says. */
export interface ScalingAlarm {
  readonly alarmName: string;
  readonly siblingName: string;
  readonly direction: Direction;
  readonly region: string;
  readonly accountId: string;
  readonly streamName: string;
  readonly newState: AlarmStateValue;
  readonly stateChangedAtMs: number;
  /** The shard count that the alarm judged by (its `s1`). Undefined when the message names none: then it is void. */
  readonly judgedShardCount: number | undefined;
}

/** SNS carries at most 256 KB; a longer message is not read. */
const longestMessage = 262_144;
/** A hostile message can have a fault in each of thousands of metrics. Only so many are listed. */
const mostFaults = 10;

/** Only the fields that the product uses: other fields cannot make a message invalid. */
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

/** Drops a dimension that is named twice: the order must not decide which value counts. */
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
