import { describe, expect, it } from 'vitest';
import { parseScalingAlarm, type ScalingAlarm } from '../../../core/alarm/alarm-notification.ts';
import { describeFault, type Fault, type Result } from '../../../core/result.ts';
import { eventMessage, eventMessages } from '../samples.ts';

interface Entry {
  Id: string;
  Expression?: string;
  Label?: string | null;
  MetricStat?: {
    Metric: { Namespace?: string; MetricName?: string; Dimensions?: { name: string; value: string }[] };
    Period?: number;
    Stat?: string;
  };
  [field: string]: unknown;
}
interface Message {
  AlarmName: unknown;
  AlarmArn: unknown;
  NewStateValue: unknown;
  StateChangeTime: unknown;
  Trigger: { Metrics: Entry[]; [field: string]: unknown };
  [field: string]: unknown;
}

/** The scale-up event with something about it changed. */
function changed(change: (message: Message) => void): Result<ScalingAlarm> {
  const message = JSON.parse(eventMessage('scale-up')) as Message;
  change(message);
  return parseScalingAlarm(JSON.stringify(message));
}

function entry(message: Message, id: string): Entry {
  const found = message.Trigger.Metrics.find(({ Id }) => Id === id);
  if (!found) throw new TypeError(`no ${id} in the event`);
  return found;
}

function dimensionsOf(message: Message, id: string): { name: string; value: string }[] {
  const dimensions = entry(message, id).MetricStat?.Metric.Dimensions;
  if (!dimensions) throw new TypeError(`no dimensions in ${id}`);
  return dimensions;
}

function faultsOf(result: Result<ScalingAlarm>): readonly Fault[] {
  return result.ok ? [] : result.faults;
}

describe('a notification of CloudWatch', () => {
  it('is read with the newer fields', () => {
    expect(parseScalingAlarm(eventMessage('scale-up'))).toEqual({
      ok: true,
      value: {
        alarmName: 'orders-scale-up',
        siblingName: 'orders-scale-down',
        direction: 'up',
        region: 'eu-west-1',
        accountId: '123456789012',
        streamName: 'orders',
        newState: 'ALARM',
        stateChangedAtMs: Date.UTC(2026, 2, 2, 9, 15, 44, 775),
        judgedShardCount: 4,
      },
    });
  });

  it('is read with the older fields, the odd TreatMissingData and an iterator age', () => {
    expect(parseScalingAlarm(eventMessage('scale-down'))).toMatchObject({
      ok: true,
      value: { direction: 'down', siblingName: 'orders-scale-up', judgedShardCount: 4 },
    });
  });

  it('is read in state OK, for a rule to hold it', () => {
    expect(parseScalingAlarm(eventMessage('scale-up-ok'))).toMatchObject({ ok: true, value: { newState: 'OK' } });
  });

  it('is read by itself where an event has several records', () => {
    const read = eventMessages('two-records').map(parseScalingAlarm);
    expect(read.map((result) => result.ok && [result.value.streamName, result.value.judgedShardCount])).toEqual([
      ['orders', 4],
      ['clicks', 16],
    ]);
  });

  it('is read with the metrics in any order', () => {
    expect(changed((message) => message.Trigger.Metrics.reverse())).toEqual(
      parseScalingAlarm(eventMessage('scale-up')),
    );
  });

  it('gives region and account from the ARN, not from the display name', () => {
    const result = changed((message) => {
      message.Region = 'Nowhere';
      message.AWSAccountId = '000000000000';
      message.AlarmArn = 'arn:aws-cn:cloudwatch:cn-north-1:210987654321:alarm:orders-scale-up';
    });
    expect(result).toMatchObject({ ok: true, value: { region: 'cn-north-1', accountId: '210987654321' } });
  });

  it('is read with any value in fields that are not used', () => {
    const result = changed((message) => {
      Object.assign(message, { AlarmDescription: 7 });
      Object.assign(entry(message, 'e3'), { Label: 7, ReturnData: 'perhaps' });
      Object.assign(entry(message, 'm1').MetricStat ?? {}, { Period: 'five minutes', Stat: [] });
    });
    expect(result.ok).toBe(true);
  });

  it('is read with null where CloudWatch sends null for an absent field', () => {
    const result = changed((message) => {
      entry(message, 'e3').Label = null;
      entry(message, 'e3').MetricStat = null as never;
      entry(message, 'm1').Expression = null as never;
    });
    expect(result.ok).toBe(true);
  });
});

describe('the stream in a notification', () => {
  it.each([
    [
      'm1 and m2 name two streams',
      (message: Message) => dimensionsOf(message, 'm2').splice(0, 1, { name: 'StreamName', value: 'clicks' }),
    ],
    [
      'the dimension is named twice',
      (message: Message) => dimensionsOf(message, 'm1').push({ name: 'StreamName', value: 'clicks' }),
    ],
    [
      'the dimension is spelled streamname',
      (message: Message) => dimensionsOf(message, 'm1').splice(0, 1, { name: 'streamname', value: 'orders' }),
    ],
    [
      'the dimension is called __proto__',
      (message: Message) => {
        for (const id of ['m1', 'm2']) dimensionsOf(message, id).splice(0, 1, { name: '__proto__', value: 'orders' });
      },
    ],
    [
      'the metrics are of another namespace',
      (message: Message) => {
        for (const id of ['m1', 'm2']) {
          const { MetricStat } = entry(message, id);
          if (MetricStat) MetricStat.Metric.Namespace = 'Custom/Kinesis';
        }
      },
    ],
    [
      'the metrics have no namespace, or no dimensions',
      (message: Message) => {
        Reflect.deleteProperty(entry(message, 'm1').MetricStat?.Metric ?? {}, 'Namespace');
        Object.assign(entry(message, 'm2').MetricStat?.Metric ?? {}, { Dimensions: null });
      },
    ],
    [
      'the metrics have other ids',
      (message: Message) => {
        entry(message, 'm1').Id = 'x1';
        entry(message, 'm2').Id = 'x2';
      },
    ],
    [
      'Kinesis does not allow its name',
      (message: Message) => {
        for (const id of ['m1', 'm2'])
          dimensionsOf(message, id).splice(0, 1, { name: 'StreamName', value: '../orders' });
      },
    ],
  ])('is refused when %s', (_why, change) => {
    expect(faultsOf(changed(change))).toEqual([expect.objectContaining({ field: 'Trigger.Metrics' })]);
  });

  it('is that of m1 alone when the other one is no Kinesis metric', () => {
    const result = changed((message) => {
      message.Trigger.Metrics = message.Trigger.Metrics.filter(({ Id }) => Id !== 'm2');
    });
    expect(result).toMatchObject({ ok: true, value: { streamName: 'orders' } });
  });
});

describe('the judged shard count in a notification', () => {
  it.each([
    [
      'no s1',
      (message: Message) => (message.Trigger.Metrics = message.Trigger.Metrics.filter(({ Id }) => Id !== 's1')),
    ],
    ['an s1 that is an expression', (message: Message) => (entry(message, 's1').Expression = 'm1/2')],
    ['an s1 of zero', (message: Message) => (entry(message, 's1').Expression = '0')],
    ['an s1 of 4.5', (message: Message) => (entry(message, 's1').Expression = '4.5')],
    ['an s1 that is absurdly long', (message: Message) => (entry(message, 's1').Expression = '4'.repeat(7))],
    [
      'an s1 that is named twice',
      (message: Message) => message.Trigger.Metrics.push({ Id: 's1', Expression: '8', ReturnData: false }),
    ],
  ])('is unknown with %s', (_what, change) => {
    expect(changed(change)).toMatchObject({ ok: true, value: { judgedShardCount: undefined } });
  });

  it('is read with white space around it', () => {
    const result = changed((message) => (entry(message, 's1').Expression = ' 400000 '));
    expect(result).toMatchObject({ ok: true, value: { judgedShardCount: 400_000 } });
  });
});

describe('a notification that is refused', () => {
  it.each<[string, string, (message: Message) => void]>([
    ['a name without suffix', 'AlarmName', (m) => Object.assign(m, rename('orders'))],
    ['a suffix and nothing else', 'AlarmName', (m) => Object.assign(m, rename('-scale-up'))],
    ['a name that holds control characters', 'AlarmName', (m) => Object.assign(m, rename('or\nders-scale-up'))],
    ['a name that turns the text around', 'AlarmName', (m) => Object.assign(m, rename('or\u202eders-scale-up'))],
    ['an empty name', 'AlarmName', (m) => Object.assign(m, { AlarmName: '' })],
    ['a name that is too long', 'AlarmName', (m) => Object.assign(m, rename(`${'o'.repeat(247)}-scale-up`))],
    ['no name', 'AlarmName', (m) => Reflect.deleteProperty(m, 'AlarmName')],
    ['a name that is a number', 'AlarmName', (m) => Object.assign(m, { AlarmName: 7 })],
    ['no ARN', 'AlarmArn', (m) => Reflect.deleteProperty(m, 'AlarmArn')],
    [
      'an ARN of something else',
      'AlarmArn',
      (m) => Object.assign(m, { AlarmArn: 'arn:aws:sns:eu-west-1:123456789012:x' }),
    ],
    [
      'an ARN of another alarm',
      'AlarmArn',
      (m) => Object.assign(m, { AlarmArn: 'arn:aws:cloudwatch:eu-west-1:123456789012:alarm:clicks-scale-up' }),
    ],
    ['a state that CloudWatch has not', 'NewStateValue', (m) => Object.assign(m, { NewStateValue: 'PANIC' })],
    ['no state', 'NewStateValue', (m) => Reflect.deleteProperty(m, 'NewStateValue')],
    ['a time without a zone', 'StateChangeTime', (m) => Object.assign(m, { StateChangeTime: '2026-03-02T09:15:44' })],
    ['no trigger', 'Trigger', (m) => Reflect.deleteProperty(m, 'Trigger')],
    [
      'an alarm on a single metric',
      'Trigger.Metrics',
      (m) => Object.assign(m, { Trigger: { MetricName: 'IncomingBytes' } }),
    ],
    ['a metric without an id', 'Trigger.Metrics.0.Id', (m) => Reflect.deleteProperty(m.Trigger.Metrics[0] ?? {}, 'Id')],
  ])('for %s has one fault, in %s', (_what, field, change) => {
    expect(faultsOf(changed(change)).map((fault) => fault.field)).toEqual([field]);
  });

  it('names every fault at once', () => {
    const result = changed((message) => {
      Object.assign(message, { AlarmName: 'orders', StateChangeTime: 'now' });
      message.Trigger.Metrics = [];
    });
    expect(faultsOf(result).map(({ field }) => field)).toEqual([
      'AlarmName',
      'AlarmArn',
      'StateChangeTime',
      'Trigger.Metrics',
    ]);
  });

  it('names every missing field at once', () => {
    expect(faultsOf(parseScalingAlarm('{}')).map(({ field }) => field)).toEqual([
      'AlarmName',
      'AlarmArn',
      'NewStateValue',
      'StateChangeTime',
      'Trigger',
    ]);
  });

  it('lists ten faults of a message that has thousands', () => {
    const text = JSON.stringify({ Trigger: { Metrics: Array.from({ length: 50_000 }, () => 1) } });
    expect(faultsOf(parseScalingAlarm(text))).toHaveLength(10);
  });

  it.each([
    ['text', 'hello'],
    ['nothing', ''],
    ['half of a message', eventMessage('scale-up').slice(0, -1)],
  ])('as no JSON says so: %s', (_what, text) => {
    expect(faultsOf(parseScalingAlarm(text))).toEqual([
      {
        field: 'Message',
        value: expect.stringContaining(JSON.stringify(text).slice(0, 40)),
        problem: 'is not JSON',
        remedy: 'publish CloudWatch alarms only to this topic',
      },
    ]);
  });

  it.each(['null', '3', '"text"', '[]', '[{}]'])('as JSON but no alarm says so: %s', (text) => {
    const [fault] = faultsOf(parseScalingAlarm(text));
    expect(fault).toMatchObject({
      field: text.startsWith('[') ? 'AlarmName' : 'Message',
      remedy: 'metric-math alarms of CloudWatch have it',
    });
  });

  it('quotes the refused value, escaped and cut', () => {
    const faults = faultsOf(
      changed((message) => Object.assign(message, { StateChangeTime: `\u0007${'x'.repeat(500)}` })),
    );
    expect(faults).toEqual([
      {
        field: 'StateChangeTime',
        value: `"\\u0007${'x'.repeat(73)}…`,
        problem: 'is not a time with a zone',
        remedy: 'expected like 2026-03-02T09:15:44.775+0000',
      },
    ]);
  });

  it.each<[string, (message: Message) => void, string]>([
    [
      'control characters',
      (m) => Object.assign(m, rename('or\nders-scale-up')),
      'AlarmName: "or\\nders-scale-up" holds control characters; send CloudWatch notifications as they are',
    ],
    [
      'no ARN of an alarm',
      (m) => Object.assign(m, { AlarmArn: 'x' }),
      'AlarmArn: "x" is not the ARN of an alarm; send CloudWatch notifications as they are',
    ],
    [
      'another alarm',
      (m) => Object.assign(m, { AlarmArn: 'arn:aws:cloudwatch:eu-west-1:123456789012:alarm:x' }),
      'AlarmArn: "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:x" names another alarm than AlarmName; send CloudWatch notifications as they are',
    ],
    [
      'two streams',
      (m) => dimensionsOf(m, 'm2').splice(0, 1, { name: 'StreamName', value: 'clicks' }),
      'Trigger.Metrics: nothing does not name one stream; m1 and m2 must be AWS/Kinesis metrics with the same StreamName',
    ],
  ])('is described in one sentence: %s', (_what, change, line) => {
    expect(faultsOf(changed(change)).map(describeFault)).toEqual([line]);
  });

  it('says what the field should be', () => {
    expect(faultsOf(changed((message) => Object.assign(message, rename('orders'))))).toEqual([
      {
        field: 'AlarmName',
        value: '"orders"',
        problem: 'ends in neither -scale-up nor -scale-down',
        remedy: 'subscribe scaling alarms only',
      },
    ]);
    expect(faultsOf(changed((message) => Object.assign(message, { NewStateValue: 'PANIC' })))).toEqual([
      {
        field: 'NewStateValue',
        value: '"PANIC"',
        problem: 'is not ("OK" | "ALARM" | "INSUFFICIENT_DATA")',
        remedy: 'metric-math alarms of CloudWatch have it',
      },
    ]);
  });

  it('may be as long as SNS allows and no longer', () => {
    const longest = `${eventMessage('scale-up').slice(0, -1)}, "x": "`;
    const padded = (length: number) => `${longest}${'x'.repeat(length - longest.length - 2)}"}`;
    expect(parseScalingAlarm(padded(262_144)).ok).toBe(true);
    expect(faultsOf(parseScalingAlarm(padded(262_145)))).toEqual([
      {
        field: 'Message',
        value: '"262145 characters"',
        problem: 'is longer than SNS allows',
        remedy: 'nothing sends such a message',
      },
    ]);
  });
});

function rename(AlarmName: string): { AlarmName: string; AlarmArn: string } {
  return { AlarmName, AlarmArn: `arn:aws:cloudwatch:eu-west-1:123456789012:alarm:${AlarmName}` };
}
