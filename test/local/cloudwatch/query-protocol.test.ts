import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EndpointServer, startEndpointServer } from './endpoint-server.ts';

const NOW_MS = Date.UTC(2026, 2, 2, 9, 15);
let server: EndpointServer;

beforeEach(async () => {
  server = await startEndpointServer(NOW_MS);
});

afterEach(() => server.close());

async function query(Action: string, form: Readonly<Record<string, string>>): Promise<{ status: number; xml: string }> {
  const body = new URLSearchParams({ Action, Version: '2010-08-01', ...form });
  const response = await fetch(server.endpoint, { method: 'POST', body });
  return { status: response.status, xml: await response.text() };
}

const ALARM = {
  AlarmName: 'orders-scale-up',
  ComparisonOperator: 'GreaterThanThreshold',
  Threshold: '0.75',
  EvaluationPeriods: '5',
  ActionsEnabled: 'false',
  OKActions: '',
  'Metrics.member.1.Id': 'm1',
  'Metrics.member.1.MetricStat.Metric.Namespace': 'AWS/Kinesis',
  'Metrics.member.1.MetricStat.Metric.MetricName': 'IncomingBytes',
  'Metrics.member.1.MetricStat.Metric.Dimensions.member.1.Name': 'StreamName',
  'Metrics.member.1.MetricStat.Metric.Dimensions.member.1.Value': 'orders',
  'Metrics.member.1.MetricStat.Period': '300',
  'Metrics.member.1.MetricStat.Stat': 'Sum',
  'Metrics.member.1.ReturnData': 'false',
  'Metrics.member.2.Id': 'e1',
  'Metrics.member.2.Expression': 'm1*2',
  'Metrics.member.2.Label': 'a<b>&"c"',
};

describe('CloudWatch in the Query protocol', () => {
  it('reads a form by the schema and answers in XML', async () => {
    const put = await query('PutMetricAlarm', ALARM);
    expect(put).toEqual({
      status: 200,
      xml: '<PutMetricAlarmResponse xmlns="http://monitoring.amazonaws.com/doc/2010-08-01/"><ResponseMetadata><RequestId>request-1</RequestId></ResponseMetadata></PutMetricAlarmResponse>',
    });
    const [alarm] = server.model.describeAlarms().MetricAlarms ?? [];
    expect(alarm).toMatchObject({ Threshold: 0.75, EvaluationPeriods: 5, ActionsEnabled: false, OKActions: [] });
    const { xml } = await query('DescribeAlarms', { 'AlarmNames.member.1': 'orders-scale-up', MaxRecords: '10' });
    expect(xml).toContain('<DescribeAlarmsResult><CompositeAlarms></CompositeAlarms><MetricAlarms><member>');
    expect(xml).toContain(
      '<AlarmConfigurationUpdatedTimestamp>2026-03-02T09:15:00.000Z</AlarmConfigurationUpdatedTimestamp>',
    );
    expect(xml).toContain('<Label>a&#60;b&#62;&#38;&#34;c&#34;</Label>');
    expect(xml).toContain('<ActionsEnabled>false</ActionsEnabled>');
  });

  it('keeps the order of a list of more than nine members', async () => {
    const names = Array.from({ length: 12 }, (_, index) => [`Tags.member.${index + 1}.Key`, `k${index}`] as const);
    const values = names.map(([key]) => [key.replace('Key', 'Value'), 'v'] as const);
    await query('PutMetricAlarm', { ...ALARM, ...Object.fromEntries([...names, ...values].reverse()) });
    const ResourceARN = server.model.describeAlarms().MetricAlarms?.[0]?.AlarmArn ?? '';
    const { Tags: tags } = server.model.listTagsForResource({ ResourceARN });
    expect(tags?.map(({ Key }) => Key)).toEqual(names.map(([, key]) => key));
  });

  it("answers errors with the Query protocol's own codes", async () => {
    const unknown = await query('SetAlarmState', { AlarmName: 'nobody', StateValue: 'OK', StateReason: 'r' });
    expect(unknown).toMatchObject({ status: 404, xml: expect.stringContaining('<Code>ResourceNotFound</Code>') });
    const wrong = await query('PutMetricAlarm', { ...ALARM, ComparisonOperator: '<' });
    expect(wrong).toMatchObject({ status: 400, xml: expect.stringContaining('<Code>ValidationError</Code>') });
    const typed = await query('PutMetricAlarm', { ...ALARM, Threshold: 'high' });
    expect(typed.xml).toContain('<Message>Threshold must be a number.</Message>');
    const nested = await query('PutMetricAlarm', { ...ALARM, AlarmName: 'a', 'AlarmName.b': 'c' });
    expect(nested.xml).toContain('<Code>SerializationException</Code>');
    expect((await query('PutCompositeAlarm', {})).xml).toContain('<Code>NotModelled</Code>');
    expect((await query('MakeCoffee', {})).xml).toContain('<Code>InvalidAction</Code>');
  });
});
