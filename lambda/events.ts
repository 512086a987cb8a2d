/**
 * Everything that starts a function, and what it starts. An event that is none of these is a failure: it starts nothing, and
 * says so in a log line, the metric `Failures` and a thrown error.
 *
 * | event | sent by | function | starts |
 * | --- | --- | --- | --- |
 * | `{"Records": [{"Sns": {…}}]}` | the alarm topic | scaler | the answer to each alarm |
 * | `{"look": "demand", "at": "2026-03-02T09:15:00Z"}` | a schedule, every minute | scaler | a load check |
 * | `{"cause": "schedule"}` | a schedule, every five minutes | reconciler | a reconcile |
 * | `{}`, `{"cause": "deploy"}` | the end of a deployment, an operator | reconciler | a reconcile that waits for nothing |
 * | `{"cause": …, "after": "orders"}` | a reconcile that ran out of time | reconciler | the rest of that reconcile |
 * | `{"floor": {"stream": "orders", "shards": 16, "minutes": 120}}` | a stream's schedule | reconciler | a temporary minimum |
 * | `{"ask": "explain", "streams": ["orders"]}` | the command line | reconciler | an explanation; changes nothing |
 */
import { type Fault, quote, type Result } from '../core/result.ts';
import { readTemporaryMinimumRequest, type TemporaryMinimumRequest } from '../core/stream/temporary-minimum.ts';
import { parseZonedTime } from '../core/time.ts';

export type Event = AlarmNotifications | LoadCheckRequest | Reconcile | TemporaryMinimum | Explain | UnknownEvent;
export type FunctionRole = 'scaler' | 'reconciler';

export interface AlarmNotifications {
  readonly kind: 'alarm-notifications';
  readonly records: readonly NotificationRecord[];
}

export interface NotificationRecord {
  readonly messageId: string;
  readonly message: string;
  readonly topicArn: string;
  /** NaN when the record does not say. */
  readonly publishedAtMs: number;
}

export interface LoadCheckRequest {
  readonly kind: 'load-check';
  /** When it was due; undefined where the event does not say. */
  readonly dueAtMs: number | undefined;
}

export interface Reconcile {
  readonly kind: 'reconcile';
  readonly cause: ReconcileCause;
  /** Name of the stream at which the run before ended; empty for the first. */
  readonly after: string;
}

export type ReconcileCause = 'schedule' | 'deploy';

export interface TemporaryMinimum {
  readonly kind: 'temporary-minimum';
  /** With its faults where it is no usable request: those end in a report, as an unusable notification does. */
  readonly request: Result<TemporaryMinimumRequest>;
}

export interface Explain {
  readonly kind: 'explain';
  /** Names; undefined for all streams of the fleet. */
  readonly streams: readonly string[] | undefined;
}

export interface UnknownEvent {
  readonly kind: 'unknown';
  readonly fault: Fault;
}

/** The payload of an explain request, as the command line sends it. */
export interface ExplainPayload {
  readonly ask: 'explain';
  readonly streams?: readonly string[];
}

/** @param role of the function that was started; undefined where one function is both. */
export function readEvent(payload: unknown, role?: FunctionRole): Event {
  const event = readAnyEvent(payload);
  if (event.kind === 'unknown' || role === undefined || roleFor(event) === role) return event;
  const remedy = `invoke the ${roleFor(event)} with it`;
  return unknownEvent('event', payload, `is not for the ${role}`, remedy);
}

/** The function that an event is for. */
export function roleFor({ kind }: Event): FunctionRole {
  return kind === 'alarm-notifications' || kind === 'load-check' ? 'scaler' : 'reconciler';
}

function readAnyEvent(payload: unknown): Event {
  // An invocation without a payload is an invocation with an empty one.
  const given = payload ?? {};
  if (typeof given !== 'object' || Array.isArray(given)) {
    return unknownEvent('event', payload, 'is not an object', anyEvent);
  }
  const fields = given as Readonly<Record<string, unknown>>;
  const { Records, look, at, ask, streams } = fields;
  if (look !== undefined) return readLoadCheck(look, at);
  if (Records !== undefined) return readNotifications(Records);
  if (ask !== undefined) return readExplainRequest(ask, streams);
  const request = readTemporaryMinimumRequest(payload);
  return request ? { kind: 'temporary-minimum', request } : readReconcile(fields);
}

const anyEvent = 'send {} for a reconcile; lambda/events.ts lists all events';

function readLoadCheck(look: unknown, at: unknown): Event {
  if (look !== 'demand') return unknownEvent('look', look, 'is unknown', 'send {"look": "demand"} for a load check');
  return { kind: 'load-check', dueAtMs: typeof at === 'string' ? parseZonedTime(at) : undefined };
}

/** What a record lacks is left empty: the message is then no alarm, and is rejected as such. */
function readNotifications(records: unknown): Event {
  if (!Array.isArray(records) || records.length === 0) {
    return unknownEvent('Records', records, 'holds no record', 'send what SNS sends');
  }
  return {
    kind: 'alarm-notifications',
    records: records.map((record) => ({
      messageId: String(record?.Sns?.MessageId ?? ''),
      message: String(record?.Sns?.Message ?? ''),
      topicArn: String(record?.Sns?.TopicArn ?? ''),
      publishedAtMs: Date.parse(String(record?.Sns?.Timestamp ?? '')),
    })),
  };
}

function readExplainRequest(ask: unknown, streams: unknown): Event {
  if (ask !== 'explain') return unknownEvent('ask', ask, 'is unknown', 'send {"ask": "explain"}');
  if (streams !== undefined && !Array.isArray(streams)) {
    return unknownEvent('streams', streams, 'is not a list', 'give ["orders"], or leave it out for all streams');
  }
  return { kind: 'explain', streams: streams?.map(String) };
}

function readReconcile(fields: Readonly<Record<string, unknown>>): Event {
  const { cause = 'deploy', after = '', ...rest } = fields;
  const [stranger] = Object.entries(rest);
  if (stranger) return unknownEvent(stranger[0], stranger[1], 'is not a field of an event', anyEvent);
  if (cause !== 'schedule' && cause !== 'deploy') {
    return unknownEvent('cause', cause, 'is unknown', 'give "schedule" or "deploy"');
  }
  if (typeof after !== 'string') return unknownEvent('after', after, 'is not a text', 'name a stream, or leave it out');
  return { kind: 'reconcile', cause, after };
}

function unknownEvent(field: string, value: unknown, problem: string, remedy: string): UnknownEvent {
  return { kind: 'unknown', fault: { field, value: quote(value), problem, remedy } };
}
