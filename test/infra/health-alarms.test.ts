import { describe, expect, it, vi } from 'vitest';
import { readDeployment } from '../../core/deployment.ts';
import { observer } from '../../lambda/observability.ts';
import { deploy, flatten, resourcesOf, theResource } from './deployed-stack.ts';

const pager = 'arn:aws:sns:us-east-1:111122223333:pager';
const stack = deploy({ alarmActions: [pager], streams: [{ name: 'orders' }] });
const alarms = resourcesOf(stack, 'AWS::CloudWatch::Alarm').filter(({ id }) => id.includes('Health'));

function theAlarm(idPart: string) {
  return theResource(stack, 'AWS::CloudWatch::Alarm', `Health${idPart}`).Properties;
}

describe('alarms on the autoscaler itself', () => {
  it.each(['Scaler', 'Reconciler'])('fires when the %s fails on all attempts of an event', (name) => {
    const target = theResource(stack, 'AWS::Lambda::Function', `${name}Function`).id;
    expect(flatten(theAlarm(`${name}Errors`))).toMatchObject({
      Namespace: 'AWS/Lambda',
      MetricName: 'Errors',
      Dimensions: [{ Name: 'FunctionName', Value: `\${${target}}` }],
      Statistic: 'Sum',
      Period: 900,
      Threshold: 3,
      EvaluationPeriods: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'notBreaching',
    });
  });

  it('fires on the first dead letter', () => {
    const queue = theResource(stack, 'AWS::SQS::Queue').id;
    expect(flatten(theAlarm('DeadLetters'))).toMatchObject({
      Namespace: 'AWS/SQS',
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Dimensions: [{ Name: 'QueueName', Value: `\${${queue}.QueueName}` }],
      Statistic: 'Maximum',
      Threshold: 1,
    });
  });

  it('watches the metric that the functions write', () => {
    const [metric] = writtenMetrics();
    const { Namespace, MetricName, Dimensions = [], Statistic } = theAlarm('Failures');
    expect({ Namespace, MetricName, Dimensions, Statistic }).toEqual({
      Namespace: metric?.Namespace,
      MetricName: metric?.Metrics[0]?.Name,
      Dimensions: metric?.Dimensions[0],
      Statistic: 'Sum',
    });
  });

  it('tells the pager when they fire and when it is over', () => {
    expect(alarms).toHaveLength(4);
    for (const { Properties } of alarms) {
      expect(Properties.AlarmActions).toEqual([pager]);
      expect(Properties.OKActions).toEqual([pager]);
    }
  });

  it('tells nobody where nobody is named', () => {
    const silent = deploy({ streams: [{ name: 'orders' }] });
    for (const { Properties } of resourcesOf(silent, 'AWS::CloudWatch::Alarm').filter(({ id }) =>
      id.includes('Health'),
    )) {
      expect(Properties.AlarmActions).toBeUndefined();
    }
  });
});

interface EmbeddedMetrics {
  readonly Namespace: string;
  readonly Dimensions: readonly (readonly string[])[];
  readonly Metrics: readonly { readonly Name: string }[];
}

/** What the deployed code puts into its log for CloudWatch to take up, when a record fails. */
function writtenMetrics(): readonly EmbeddedMetrics[] {
  const read = readDeployment({}, undefined);
  if (!read.ok) throw new Error(JSON.stringify(read.faults));
  const lines: string[] = [];
  const write = vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line));
  const error = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  try {
    const observe = observer(read.value, 'the-scaler');
    observe.failed('a record failed', new Error('for this test'));
    observe.flush();
  } finally {
    write.mockRestore();
    error.mockRestore();
  }
  return lines.flatMap((line) => JSON.parse(line)._aws?.CloudWatchMetrics ?? []);
}
