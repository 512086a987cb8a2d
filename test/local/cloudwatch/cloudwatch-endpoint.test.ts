import {
  CloudWatchClient,
  CloudWatchServiceException,
  DeleteAlarmsCommand,
  DeleteDashboardsCommand,
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  DisableAlarmActionsCommand,
  GetDashboardCommand,
  GetMetricDataCommand,
  GetMetricStatisticsCommand,
  ListDashboardsCommand,
  ListMetricsCommand,
  ListTagsForResourceCommand,
  PutDashboardCommand,
  PutMetricAlarmCommand,
  type PutMetricAlarmInput,
  PutMetricDataCommand,
  SetAlarmStateCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-cloudwatch';
import { SmithyRpcV2CborProtocol } from '@smithy/core/cbor';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EndpointServer, startEndpointServer } from './endpoint-server.ts';

const NOW_MS = Date.UTC(2026, 2, 2, 9, 15, 44, 775);
const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:kinesis-scaling';
const ALARM: PutMetricAlarmInput = {
  AlarmName: 'orders-scale-up',
  AlarmActions: [TOPIC],
  OKActions: [],
  ComparisonOperator: 'GreaterThanOrEqualToThreshold',
  Threshold: 0.75,
  EvaluationPeriods: 5,
  DatapointsToAlarm: 5,
  TreatMissingData: 'ignore',
  Metrics: [
    {
      Id: 'm1',
      Label: 'IncomingBytes',
      MetricStat: {
        Metric: {
          Namespace: 'AWS/Kinesis',
          MetricName: 'IncomingBytes',
          Dimensions: [{ Name: 'StreamName', Value: 'orders' }],
        },
        Period: 300,
        Stat: 'Sum',
      },
      ReturnData: false,
    },
    { Id: 'e1', Expression: 'FILL(m1,0)/(1024*1024*60*5*s1)', Label: 'a < b & "c"', ReturnData: true },
    { Id: 's1', Expression: '4', Label: 'ShardCount', ReturnData: false },
  ],
  Tags: [{ Key: 'LastScaledTimestamp', Value: '2026-03-02T08:00:00Z' }],
};

let server: EndpointServer;
let client: CloudWatchClient;

beforeEach(async () => {
  server = await startEndpointServer(NOW_MS);
});

afterEach(async () => {
  client.destroy();
  await server.close();
});

const CREDENTIALS = { accessKeyId: 'a', secretAccessKey: 'b' };
const PROTOCOLS = {
  json: {},
  cbor: {
    // Over CBOR the SDK compresses the body and leaves its length as it was: the request would never end.
    disableRequestCompression: true,
    protocol: SmithyRpcV2CborProtocol,
    protocolSettings: { defaultNamespace: 'com.amazonaws.cloudwatch', serviceTarget: 'GraniteServiceVersion20100801' },
  },
} as const;

describe.each(['json', 'cbor'] as const)('CloudWatch for the JavaScript SDK over %s', (protocol) => {
  beforeEach(() => {
    client = new CloudWatchClient({
      endpoint: server.endpoint,
      region: 'eu-west-1',
      credentials: CREDENTIALS,
      requestHandler: new NodeHttpHandler(),
      maxAttempts: 1,
      ...PROTOCOLS[protocol],
    });
  });

  it('puts an alarm and reads back every member, dates as dates', async () => {
    await client.send(new PutMetricAlarmCommand(ALARM));
    const { MetricAlarms: alarms } = await client.send(new DescribeAlarmsCommand({ AlarmNames: ['orders-scale-up'] }));
    const { Tags: _tags, ...definition } = ALARM;
    expect(alarms).toEqual([
      expect.objectContaining({
        ...definition,
        StateValue: 'INSUFFICIENT_DATA',
        StateReason: 'Unchecked: Initial alarm creation',
        AlarmConfigurationUpdatedTimestamp: new Date(NOW_MS),
        StateTransitionedTimestamp: new Date(NOW_MS),
      }),
    ]);
    expect(server.spoken).toEqual([protocol, protocol]);
  });

  it('gives back the state, tags and history of an alarm', async () => {
    await client.send(new PutMetricAlarmCommand(ALARM));
    const [alarm] = (await client.send(new DescribeAlarmsCommand({}))).MetricAlarms ?? [];
    const ResourceARN = alarm?.AlarmArn;
    await client.send(new TagResourceCommand({ ResourceARN, Tags: [{ Key: 'ScaleAction', Value: 'Up' }] }));
    await client.send(new UntagResourceCommand({ ResourceARN, TagKeys: ['LastScaledTimestamp'] }));
    const { Tags: tags } = await client.send(new ListTagsForResourceCommand({ ResourceARN }));
    expect(tags).toEqual([{ Key: 'ScaleAction', Value: 'Up' }]);

    const state = { AlarmName: 'orders-scale-up', StateValue: 'ALARM', StateReason: 'by hand' } as const;
    await client.send(new SetAlarmStateCommand(state));
    expect(server.notifications.map(({ actionArn }) => actionArn)).toEqual([TOPIC]);
    const history = await client.send(new DescribeAlarmHistoryCommand({ AlarmName: 'orders-scale-up' }));
    expect(history.AlarmHistoryItems?.map(({ HistorySummary }) => HistorySummary)).toEqual([
      `Successfully executed action ${TOPIC}`,
      'Alarm updated from INSUFFICIENT_DATA to ALARM',
      'Alarm "orders-scale-up" created',
    ]);
    await client.send(new DisableAlarmActionsCommand({ AlarmNames: ['orders-scale-up'] }));
    await client.send(new DeleteAlarmsCommand({ AlarmNames: ['orders-scale-up'] }));
    expect((await client.send(new DescribeAlarmsCommand({}))).MetricAlarms).toEqual([]);
  });

  it('stores metrics, also from large compressed requests, and gives them back', async () => {
    const Dimensions = [{ Name: 'Service', Value: 'orders' }];
    const minute = new Date(NOW_MS - 120_000);
    // More than the 10 KB from which the SDK compresses.
    const MetricData = Array.from({ length: 300 }, () => ({
      MetricName: 'Depth',
      Dimensions,
      Timestamp: minute,
      Value: 2,
    }));
    await client.send(new PutMetricDataCommand({ Namespace: 'Shop', MetricData }));
    const range = { StartTime: new Date(NOW_MS - 600_000), EndTime: new Date(NOW_MS) };
    const metric = { Namespace: 'Shop', MetricName: 'Depth', Dimensions };
    const { MetricDataResults: results } = await client.send(
      new GetMetricDataCommand({
        ...range,
        MetricDataQueries: [
          { Id: 'm1', MetricStat: { Metric: metric, Period: 60, Stat: 'Sum' }, ReturnData: false },
          { Id: 'e1', Expression: 'm1/2' },
        ],
      }),
    );
    const Timestamps = [new Date(Date.UTC(2026, 2, 2, 9, 13))];
    expect(results).toEqual([{ Id: 'e1', Label: 'e1', Timestamps, Values: [300], StatusCode: 'Complete' }]);
    const statistics = await client.send(
      new GetMetricStatisticsCommand({ ...metric, ...range, Period: 60, Statistics: ['SampleCount', 'Maximum'] }),
    );
    expect(statistics.Datapoints).toEqual([{ Timestamp: Timestamps[0], SampleCount: 300, Maximum: 2, Unit: 'None' }]);
    expect((await client.send(new ListMetricsCommand({ Namespace: 'Shop' }))).Metrics).toEqual([metric]);
  });

  it('gives back, lists and deletes dashboards', async () => {
    const DashboardBody = '{"widgets":[]}';
    await client.send(new PutDashboardCommand({ DashboardName: 'orders', DashboardBody }));
    const read = await client.send(new GetDashboardCommand({ DashboardName: 'orders' }));
    expect(read).toMatchObject({ DashboardName: 'orders', DashboardBody });
    const { DashboardEntries: entries } = await client.send(new ListDashboardsCommand({}));
    expect(entries).toMatchObject([{ DashboardName: 'orders', Size: 14, LastModified: new Date(NOW_MS) }]);
    await client.send(new DeleteDashboardsCommand({ DashboardNames: ['orders'] }));
    const gone = client.send(new GetDashboardCommand({ DashboardName: 'orders' }));
    await expect(gone).rejects.toMatchObject({
      message: 'Dashboard orders does not exist',
      $metadata: { httpStatusCode: 404 },
    });
  });

  it.each([
    [
      'an unknown alarm',
      new SetAlarmStateCommand({ AlarmName: 'nobody', StateValue: 'OK', StateReason: '' }),
      { name: 'ResourceNotFound', $metadata: { httpStatusCode: 404 } },
    ],
    [
      'a wrong definition',
      new PutMetricAlarmCommand({ ...ALARM, EvaluationPeriods: 289 }),
      { name: 'ValidationException', $metadata: { httpStatusCode: 400 } },
    ],
    [
      'a reserved namespace',
      new PutMetricDataCommand({ Namespace: 'AWS/Lambda', MetricData: [{ MetricName: 'FATAL', Value: 1 }] }),
      { name: 'InvalidParameterValueException', $metadata: { httpStatusCode: 400 } },
    ],
    [
      'a page that nobody handed out',
      new DescribeAlarmsCommand({ NextToken: 'x' }),
      { name: 'InvalidNextToken', $metadata: { httpStatusCode: 400 } },
    ],
  ])('answers %s with the error that the SDK knows', async (_what, command, expected) => {
    const refused = await client.send(command as DescribeAlarmsCommand).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(CloudWatchServiceException);
    expect(refused).toMatchObject(expected);
  });

  it('refuses a second write to an alarm while one is under way, and lets writes to others pass', async () => {
    const put = (AlarmName: string) => client.send(new PutMetricAlarmCommand({ ...ALARM, AlarmName }));
    // Connections are opened beforehand, so that the three requests really arrive together.
    await Promise.all(['warm-up-1', 'warm-up-2', 'warm-up-3'].map(put));
    const results = await Promise.allSettled([put('a'), put('a'), put('b')]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { message: 'A separate request to update this alarm is in progress' },
    });
  });
});
