import { describe, expect, it, vi } from 'vitest';
import { readDeployment } from '../../core/settings/deployment.ts';
import { createRunLog } from '../../lambda/observability.ts';
import { deploy, flatten, resourcesOf, theResource } from './deployed-stack.ts';

const pager = 'arn:aws:sns:us-east-1:111122223333:pager';
const stack = deploy({ alarmActions: [pager], streams: [{ name: 'orders' }] });
const alarms = resourcesOf(stack, 'AWS::CloudWatch::Alarm').filter(({ id }) => id.includes('Health'));

function theAlarm(idPart: string) {
  return theResource(stack, 'AWS::CloudWatch::Alarm', `Health${idPart}`).Properties;
}

describe('alarms on the autoscaler itself', () => {
  it.each(['Scaler', 'Reconciler'])('an alarm fires when the %s fails on all attempts of an event', (name) => {
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

  it('an alarm fires on the first event in the dead-letter queue', () => {
    const queue = theResource(stack, 'AWS::SQS::Queue').id;
    expect(flatten(theAlarm('DeadLetters'))).toMatchObject({
      Namespace: 'AWS/SQS',
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Dimensions: [{ Name: 'QueueName', Value: `\${${queue}.QueueName}` }],
      Statistic: 'Maximum',
      Threshold: 1,
    });
  });

  it('the alarm on failures watches the metric that the functions write', () => {
    const [written] = writtenMetrics();
    const { Namespace, MetricName, Dimensions, Statistic } = theAlarm('Failures');
    expect({ Namespace, MetricName, Dimensions, Statistic }).toEqual({ ...written, Statistic: 'Sum' });
  });

  it('the alarms on the autoscaler notify the pager when they fire and when they are over', () => {
    expect(alarms).toHaveLength(4);
    for (const { Properties } of alarms) {
      expect(Properties.AlarmActions).toEqual([pager]);
      expect(Properties.OKActions).toEqual([pager]);
    }
  });

  it('the alarms on the autoscaler notify nobody where nobody is named', () => {
    const silent = deploy({ streams: [{ name: 'orders' }] });
    for (const { Properties } of resourcesOf(silent, 'AWS::CloudWatch::Alarm').filter(({ id }) =>
      id.includes('Health'),
    )) {
      expect(Properties.AlarmActions).toBeUndefined();
    }
  });
});

/** A line in CloudWatch's embedded metric format. */
interface EmbeddedMetrics {
  readonly _aws?: {
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string }[];
    }[];
  };
  readonly [property: string]: unknown;
}

/**
 * What the deployed code puts into its log for CloudWatch to take up when a record fails, as an alarm would name it.
 */
function writtenMetrics() {
  const read = readDeployment({}, undefined);
  if (!read.ok) throw new Error(JSON.stringify(read.faults));
  const written: string[] = [];
  // Powertools writes past the global console.
  const capture = vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  const hush = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    const log = createRunLog(read.value, 'the-scaler');
    log.logFailure('a record failed', new Error('for this test'));
    log.flush();
  } finally {
    capture.mockRestore();
    hush.mockRestore();
  }
  return written.flatMap((line) => {
    const { _aws: metadata, ...properties } = JSON.parse(line) as EmbeddedMetrics;
    return (metadata?.CloudWatchMetrics ?? []).flatMap(({ Namespace, Dimensions: sets, Metrics }) =>
      Metrics.map(({ Name: MetricName }) => {
        const Dimensions = sets[0]?.map((Name) => ({ Name, Value: properties[Name] }));
        return { Namespace, MetricName, Dimensions };
      }),
    );
  });
}
