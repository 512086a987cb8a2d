/**
 * What an alarm does when it changes its state: it notifies a topic, or invokes a function itself.
 * CloudWatch user guide, "Invoke a Lambda function from an alarm", has the event; of the previous state it holds the value.
 */
import { AwsServiceError } from '../simulator/models/aws-service-error.ts';
import type { AlarmNotification } from '../simulator/models/cloudwatch/alarm/alarm-notification.ts';
import type { LambdaService } from './lambda/lambda-service.ts';
import { assertMayInvoke } from './service-links.ts';
import type { TopicService } from './sns/topic-service.ts';
import type { JsonObject } from './wire/api-call.ts';

const ALARM_PRINCIPAL = 'lambda.alarms.cloudwatch.amazonaws.com';

/** An action that cannot be carried out has no further effect, as in AWS. */
export function performAlarmAction(
  {
    topics,
    lambda,
    region,
  }: { readonly topics: TopicService; readonly lambda: LambdaService; readonly region: string },
  { actionArn, subject, message }: AlarmNotification,
): void {
  if (actionArn.split(':')[2] === 'lambda') invoke(lambda, actionArn, alarmEvent(JSON.parse(message), region));
  else if (topics.list().includes(actionArn)) topics.publish(actionArn, { subject, message });
}

function invoke(lambda: LambdaService, functionArn: string, event: JsonObject): void {
  try {
    assertMayInvoke(lambda, functionArn, ALARM_PRINCIPAL, String(event.alarmArn));
    lambda.invokeAsynchronously(functionArn, JSON.stringify(event));
  } catch (error) {
    if (!(error instanceof AwsServiceError)) throw error;
  }
}

/** @param message what SNS would be told. */
function alarmEvent(message: JsonObject, region: string): JsonObject {
  return {
    source: 'aws.cloudwatch',
    alarmArn: message.AlarmArn,
    accountId: message.AWSAccountId,
    time: message.StateChangeTime,
    region,
    alarmData: {
      alarmName: message.AlarmName,
      state: { value: message.NewStateValue, reason: message.NewStateReason, timestamp: message.StateChangeTime },
      previousState: { value: message.OldStateValue },
      configuration: {
        ...(message.AlarmDescription === null ? {} : { description: message.AlarmDescription }),
        metrics: metricsOf(message.Trigger as JsonObject),
      },
    },
  };
}

function metricsOf(trigger: JsonObject): readonly JsonObject[] {
  const queries = trigger.Metrics as readonly JsonObject[] | undefined;
  if (queries !== undefined) return queries.map(queryOf);
  const { MetricName, Namespace, Dimensions, Period, Statistic } = trigger;
  const stat = String(Statistic);
  const metricStat = {
    metric: { namespace: Namespace, name: MetricName, dimensions: dimensionsOf(Dimensions) },
    period: Period,
    stat: stat.charAt(0) + stat.slice(1).toLowerCase(),
  };
  return [{ id: 'm1', metricStat, returnData: true }];
}

function queryOf({ Id, Expression, Label, MetricStat, ReturnData }: JsonObject): JsonObject {
  const label = Label === undefined ? {} : { label: Label };
  const named = { id: Id, ...label, returnData: ReturnData };
  if (MetricStat === undefined) return { ...named, expression: Expression };
  const { Metric, Period, Stat } = MetricStat as JsonObject;
  const { Namespace, MetricName, Dimensions } = Metric as JsonObject;
  const metric = { namespace: Namespace, name: MetricName, dimensions: dimensionsOf(Dimensions) };
  return { ...named, metricStat: { metric, period: Period, stat: Stat } };
}

function dimensionsOf(dimensions: unknown): JsonObject {
  const pairs = (dimensions ?? []) as readonly { readonly name: string; readonly value: string }[];
  return Object.fromEntries(pairs.map(({ name, value }) => [name, value]));
}
