import { describe, expect, it } from 'vitest';
import { type Event, type FunctionRole, readEvent, roleFor } from '../../lambda/events.ts';

const at = '2026-03-02T09:15:00Z';
const loadCheck = (dueAtMs?: number): Event => ({ kind: 'load-check', dueAtMs });
const reconcile = (cause: 'schedule' | 'deploy', after = ''): Event => ({ kind: 'reconcile', cause, after });

describe('an event', () => {
  it.each<[unknown, FunctionRole, Event]>([
    [{ look: 'demand', at }, 'scaler', loadCheck(Date.parse(at))],
    [{ look: 'demand' }, 'scaler', loadCheck()],
    [{ look: 'demand', at: '<aws.scheduler.scheduled-time>' }, 'scaler', loadCheck()],
    [{}, 'reconciler', reconcile('deploy')],
    [undefined, 'reconciler', reconcile('deploy')],
    [null, 'reconciler', reconcile('deploy')],
    [{ cause: 'deploy' }, 'reconciler', reconcile('deploy')],
    [{ cause: 'schedule' }, 'reconciler', reconcile('schedule')],
    [{ cause: 'schedule', after: 'orders' }, 'reconciler', reconcile('schedule', 'orders')],
    [{ ask: 'explain' }, 'reconciler', { kind: 'explain', streams: undefined }],
    [{ ask: 'explain', streams: ['orders', 7] }, 'reconciler', { kind: 'explain', streams: ['orders', '7'] }],
    [
      { floor: { stream: 'orders', shards: 16, minutes: 120 } },
      'reconciler',
      { kind: 'temporary-minimum', request: { ok: true, value: { stream: 'orders', shards: 16, minutes: 120 } } },
    ],
  ])('%j is for the %s', (payload, role, expected) => {
    expect(readEvent(payload)).toEqual(expected);
    expect(readEvent(payload, role)).toEqual(expected);
    expect(roleFor(expected)).toBe(role);
  });

  it('of SNS carries each record with the time and topic of its publication', () => {
    const sns = { MessageId: 'm', Message: 'text', TopicArn: 'arn:topic', Timestamp: at };
    expect(readEvent({ Records: [{ EventSource: 'aws:sns', Sns: sns }] }, 'scaler')).toEqual({
      kind: 'alarm-notifications',
      records: [{ messageId: 'm', message: 'text', topicArn: 'arn:topic', publishedAtMs: Date.parse(at) }],
    });
  });

  it('of SNS with records that hold nothing still has a message for each, which is then rejected', () => {
    const empty = { messageId: '', message: '', topicArn: '', publishedAtMs: Number.NaN };
    expect(readEvent({ Records: [null, 'x', {}, { Sns: {} }] })).toEqual({
      kind: 'alarm-notifications',
      records: [empty, empty, empty, empty],
    });
  });

  it('with an unusable temporary minimum keeps every fault of it', () => {
    expect(readEvent({ floor: { stream: '', shards: 0, minutes: 120 } })).toMatchObject({
      kind: 'temporary-minimum',
      request: { ok: false, faults: [{ field: 'floor.stream' }, { field: 'floor.shards' }] },
    });
  });

  it.each<[unknown, string, string]>([
    ['hello', 'event', '"hello"'],
    [['orders'], 'event', '["orders"]'],
    [{ Records: [] }, 'Records', '[]'],
    [{ Records: 'x' }, 'Records', '"x"'],
    [{ look: 'away', at }, 'look', '"away"'],
    [{ ask: 'scale' }, 'ask', '"scale"'],
    [{ ask: 'explain', streams: 'orders' }, 'streams', '"orders"'],
    [{ cause: 'hand' }, 'cause', '"hand"'],
    [{ cause: 'schedule', after: 7 }, 'after', '7'],
    [{ source: 'aws.events', detail: {} }, 'source', '"aws.events"'],
    [{ cause: 'schedule', streams: ['orders'] }, 'streams', '["orders"]'],
  ])('%j is unknown, and the fault names the field', (payload, field, value) => {
    expect(readEvent(payload)).toMatchObject({ kind: 'unknown', fault: { field, value } });
  });

  it.each<[unknown, FunctionRole]>([
    [{}, 'scaler'],
    [{ ask: 'explain' }, 'scaler'],
    [{ floor: { stream: 'orders', shards: 16, minutes: 120 } }, 'scaler'],
    [{ look: 'demand', at }, 'reconciler'],
    [{ Records: [{ Sns: { Message: 'text' } }] }, 'reconciler'],
  ])('%j is refused by the %s, which does not serve it', (payload, role) => {
    const other = role === 'scaler' ? 'reconciler' : 'scaler';
    expect(readEvent(payload, role)).toMatchObject({
      kind: 'unknown',
      fault: { field: 'event', problem: `is not for the ${role}`, remedy: `invoke the ${other} with it` },
    });
  });
});
