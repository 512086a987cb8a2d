/**
 * Alarms on the autoscaler itself. A failure that a retry repairs is not worth a page. So these alarms need three
 * failures: one event that failed on every attempt, or three events. An event in the dead-letter queue waits until
 * somebody looks at it.
 */
import { Duration } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, type IMetric, Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { failuresMetric, ownNamespace, ownService } from '../core/own-metrics.ts';

/** Of the metrics that both functions write in their logs (embedded metric format). */
export const metricDimensions = { service: ownService };
const attemptsPerEvent = 3;

export interface HealthAlarmsProps {
  readonly scaler: LambdaFunction;
  readonly reconciler: LambdaFunction;
  readonly deadLetterQueue: IQueue;
  /** ARNs that each of these alarms notifies when it fires and when it is over. */
  readonly actions: readonly string[];
}

export class HealthAlarms extends Construct {
  readonly alarms: readonly Alarm[];

  constructor(scope: Construct, id: string, props: HealthAlarmsProps) {
    super(scope, id);
    const { scaler, reconciler, deadLetterQueue, actions } = props;
    const fifteenMinutes = { period: Duration.minutes(15), statistic: Stats.SUM };
    this.alarms = [
      this.#create('ScalerErrors', scaler.metricErrors(fifteenMinutes), attemptsPerEvent, 'The scaler keeps failing.'),
      this.#create(
        'ReconcilerErrors',
        reconciler.metricErrors(fifteenMinutes),
        attemptsPerEvent,
        'The reconciler keeps failing.',
      ),
      this.#create(
        'DeadLetters',
        deadLetterQueue.metricApproximateNumberOfMessagesVisible({
          period: Duration.minutes(5),
          statistic: Stats.MAXIMUM,
        }),
        1,
        'Events failed on every attempt and lie in the dead-letter queue.',
      ),
      this.#create(
        'Failures',
        new Metric({
          namespace: ownNamespace,
          metricName: failuresMetric,
          dimensionsMap: metricDimensions,
          ...fifteenMinutes,
        }),
        attemptsPerEvent,
        'A stream keeps failing to be scaled or brought into agreement; the log says which and why.',
      ),
    ];
    for (const alarm of this.alarms) {
      alarm.addAlarmAction(...actions.map((arn) => ({ bind: () => ({ alarmActionArn: arn }) })));
      alarm.addOkAction(...actions.map((arn) => ({ bind: () => ({ alarmActionArn: arn }) })));
    }
  }

  #create(id: string, metric: IMetric, threshold: number, alarmDescription: string): Alarm {
    return new Alarm(this, id, {
      metric,
      threshold,
      alarmDescription: `Kinesis autoscaler: ${alarmDescription}`,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }
}
