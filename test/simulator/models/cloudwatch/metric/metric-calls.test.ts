import { describe, expect, it } from 'vitest';
import { MetricStore } from '../../../../../simulator/models/cloudwatch/metric/metric-store.ts';
import { CloudWatchBench, START_MS } from '../alarm/stream-alarm.ts';

const METRIC = { Namespace: 'Shop', MetricName: 'Latency', Dimensions: [{ Name: 'Service', Value: 'orders' }] };
const DAY_MS = 86_400_000;

function put(bench: CloudWatchBench, atMs: number, values: readonly number[]): void {
  const { Namespace, ...datum } = METRIC;
  bench.model.putMetricData({
    Namespace,
    MetricData: values.map((Value) => ({ ...datum, Value, Timestamp: new Date(atMs) })),
  });
}

function statistics(bench: CloudWatchBench, fromMs: number, toMs: number, Period: number) {
  return bench.model.getMetricStatistics({
    ...METRIC,
    StartTime: new Date(fromMs),
    EndTime: new Date(toMs),
    Period,
    Statistics: ['Sum', 'Minimum', 'Maximum', 'Average', 'SampleCount'],
  }).Datapoints;
}

describe('datapoints', () => {
  it('are gathered by the minute, and by the period when they are read', () => {
    const bench = new CloudWatchBench();
    put(bench, START_MS, [1, 5]);
    put(bench, START_MS + 59_999, [3]);
    put(bench, START_MS + 60_000, [7]);
    const Timestamp = new Date(START_MS);
    expect(statistics(bench, START_MS, START_MS + 60_000, 60)).toEqual([
      { Timestamp, Sum: 9, Minimum: 1, Maximum: 5, Average: 3, SampleCount: 3, Unit: 'None' },
    ]);
    expect(statistics(bench, START_MS, START_MS + 300_000, 300)).toEqual([
      { Timestamp, Sum: 16, Minimum: 1, Maximum: 7, Average: 4, SampleCount: 4, Unit: 'None' },
    ]);
  });

  it('of a statistic set, or of values with counts, weigh as much as they stand for', () => {
    const bench = new CloudWatchBench();
    bench.model.putMetricData({
      Namespace: 'Shop',
      MetricData: [
        { ...METRIC, Timestamp: new Date(START_MS), Values: [2, 4], Counts: [3, 1] },
        {
          ...METRIC,
          Timestamp: new Date(START_MS),
          StatisticValues: { SampleCount: 6, Sum: 60, Minimum: 1, Maximum: 20 },
        },
      ],
    });
    expect(statistics(bench, START_MS, START_MS + 60_000, 60)).toEqual([
      expect.objectContaining({ SampleCount: 10, Sum: 70, Minimum: 1, Maximum: 20 }),
    ]);
  });

  it('are the same series whatever the order of the dimensions', () => {
    const store = new MetricStore();
    const [a, b] = [
      { name: 'a', value: '1' },
      { name: 'b', value: '2' },
    ];
    const series = store.series({ namespace: 'n', metricName: 'm', dimensions: [a, b] });
    expect(store.series({ namespace: 'n', metricName: 'm', dimensions: [b, a] })).toBe(series);
    expect(store.series({ namespace: 'n', metricName: 'm', dimensions: [a] })).not.toBe(series);
  });

  it('show when their delivery delay is over, and are forgotten after their retention', () => {
    const store = new MetricStore({ deliveryDelayMs: 60_000, retentionMinutes: 600 });
    const series = store.series({ namespace: 'n', metricName: 'm', dimensions: [] });
    store.putValue(series, 10, 5, 11 * 60_000);
    store.deliver(12 * 60_000 - 1);
    expect(series.aggregate(10, 11, 'Sum')).toBeNaN();
    store.deliver(12 * 60_000);
    expect(series.aggregate(10, 11, 'Sum')).toBe(5);
    store.putValue(series, 2000, 1, 2001 * 60_000);
    store.deliver(2002 * 60_000);
    expect(series.hasDataIn(0, 1000)).toBe(false);
    expect(series.latestMinute).toBe(2000);
  });
});

describe('GetMetricData', () => {
  const query = { Id: 'm1', MetricStat: { Metric: METRIC, Period: 60, Stat: 'Sum' } };
  const range = { StartTime: new Date(START_MS), EndTime: new Date(START_MS + 300_000) };

  it('evaluates metric math, leaves out what has no datapoint, newest first unless told', () => {
    const bench = new CloudWatchBench();
    put(bench, START_MS, [2]);
    put(bench, START_MS + 120_000, [6]);
    const MetricDataQueries = [query, { Id: 'e1', Expression: 'm1/2', Label: 'half' }];
    const newest = bench.model.getMetricData({ ...range, MetricDataQueries }).MetricDataResults;
    expect(newest?.map(({ Label, Values }) => [Label, Values])).toEqual([
      ['Latency', [6, 2]],
      ['half', [3, 1]],
    ]);
    const oldest = bench.model.getMetricData({ ...range, MetricDataQueries, ScanBy: 'TimestampAscending' });
    expect(oldest.MetricDataResults?.[0]?.Timestamps?.[0]).toEqual(new Date(START_MS));
  });

  it('pages by datapoints and says which series are not complete', () => {
    const bench = new CloudWatchBench();
    for (let minute = 0; minute < 3; minute += 1) put(bench, START_MS + minute * 60_000, [minute]);
    const input = { ...range, MetricDataQueries: [query], MaxDatapoints: 2 };
    const first = bench.model.getMetricData(input);
    expect(first.MetricDataResults).toMatchObject([{ Values: [2, 1], StatusCode: 'PartialData' }]);
    const second = bench.model.getMetricData({ ...input, NextToken: first.NextToken });
    expect(second.MetricDataResults).toMatchObject([{ Values: [0], StatusCode: 'Complete' }]);
  });

  it('has no 1-minute datapoints older than 15 days, and still those of 5 minutes', () => {
    const bench = new CloudWatchBench();
    put(bench, START_MS, [4]);
    bench.nowMs += 16 * DAY_MS;
    const at = (Period: number) =>
      bench.model.getMetricData({
        ...range,
        MetricDataQueries: [{ ...query, MetricStat: { ...query.MetricStat, Period } }],
      });
    expect(at(60).MetricDataResults).toMatchObject([{ Values: [] }]);
    expect(at(300).MetricDataResults).toMatchObject([{ Values: [4] }]);
  });
});

describe('refused', () => {
  const bench = new CloudWatchBench();
  const datum = { MetricName: 'm', Value: 1 };
  it.each([
    ['a reserved namespace', { Namespace: 'AWS/Lambda', MetricData: [datum] }, 'InvalidParameterValueException'],
    ['no namespace', { Namespace: undefined, MetricData: [datum] }, 'MissingRequiredParameterException'],
    ['no value', { Namespace: 'n', MetricData: [{ MetricName: 'm' }] }, 'MissingRequiredParameterException'],
    ['NaN', { Namespace: 'n', MetricData: [{ ...datum, Value: Number.NaN }] }, 'InvalidParameterValueException'],
    ['no name', { Namespace: 'n', MetricData: [datum, { Value: 1 } as never] }, 'MissingRequiredParameterException'],
  ])('PutMetricData of %s, whole', (_what, input, name) => {
    expect(() => bench.model.putMetricData(input)).toThrow(expect.objectContaining({ name }));
    expect(bench.model.listMetrics().Metrics).toEqual([]);
  });

  it('GetMetricStatistics over more than 1,440 datapoints', () => {
    expect(() => statistics(bench, START_MS, START_MS + 1441 * 60_000, 60)).toThrow(
      expect.objectContaining({ name: 'InvalidParameterCombinationException' }),
    );
  });
});
