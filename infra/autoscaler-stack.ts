/** The stack of `cdk deploy`: it uses the construct, and its outputs name what an operator looks for. */
import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { type IStream, Stream, StreamEncryption, StreamMode } from 'aws-cdk-lib/aws-kinesis';
import type { Construct } from 'constructs';
import { alarmNameOf } from '../core/alarm/alarm-definition.ts';
import type { DeploymentContext } from './deployment-context.ts';
import { KinesisAutoscaler } from './kinesis-autoscaler.ts';
import type { StreamContext } from './stream-context.ts';

export interface AutoscalerStackProps extends StackProps {
  readonly deployment: DeploymentContext;
  /** Module that exports the handlers. Default: the one of this package. */
  readonly entry?: string | undefined;
}

export class AutoscalerStack extends Stack {
  readonly autoscaler: KinesisAutoscaler;

  constructor(scope: Construct, id: string, props: AutoscalerStackProps) {
    super(scope, id, {
      description: 'Scales the shards of Kinesis data streams and the processors that read them',
      // CloudFormation takes a template of at most 1 MB, and white space is a third of a large one.
      suppressTemplateIndentation: true,
      ...props,
    });
    const { deployment, entry } = props;
    const { reconcileMinutes, logRetentionDays, streams, ...same } = deployment;
    this.autoscaler = new KinesisAutoscaler(this, 'Autoscaler', {
      ...same,
      entry,
      reconcileEvery: reconcileMinutes === undefined ? undefined : Duration.minutes(reconcileMinutes),
      logRetention: logRetentionDays,
    });
    for (const stream of streams) {
      this.autoscaler.addStream(this.#streamOf(stream), {
        ...stream.given,
        shardCount: stream.shardCount,
        schedules: stream.schedules,
      });
    }
    this.#addOutputs();
  }

  #streamOf({ name, create, shardCount, retentionHours }: StreamContext): IStream {
    if (!create) {
      const streamArn = this.formatArn({ service: 'kinesis', resource: 'stream', resourceName: name });
      return Stream.fromStreamArn(this, `Stream-${name}`, streamArn);
    }
    return new Stream(this, `Stream-${name}`, {
      streamName: name,
      streamMode: StreamMode.PROVISIONED,
      // The first shard count only: if the template changed it later, CloudFormation would reshard the stream.
      ...(shardCount !== undefined && { shardCount }),
      retentionPeriod: Duration.hours(retentionHours),
      encryption: StreamEncryption.MANAGED,
      // Removing the autoscaler must not remove the data.
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
  }

  #addOutputs(): void {
    const {
      alarmTopic,
      noticeTopic,
      pagerTopic,
      scaler,
      reconciler,
      deadLetterQueue,
      healthAlarms,
      dashboards,
      streamNames,
    } = this.autoscaler;
    const outputs: Readonly<Record<string, string>> = {
      AlarmTopicArn: alarmTopic.topicArn,
      ScalerFunctionName: scaler.function.functionName,
      ScalerLogGroupName: scaler.logGroup.logGroupName,
      ReconcilerFunctionName: reconciler.function.functionName,
      ReconcilerLogGroupName: reconciler.logGroup.logGroupName,
      DeadLetterQueueUrl: deadLetterQueue.queueUrl,
      HealthAlarmNames: healthAlarms.alarms.map(({ alarmName }) => alarmName).join(', '),
      ...(streamNames.length > 0 && { StreamAlarmNames: describeAlarmNames(streamNames) }),
      ...(noticeTopic && { NoticeTopicArn: noticeTopic.topicArn }),
      ...(pagerTopic && { PagerTopicArn: pagerTopic.topicArn }),
      ...(dashboards && { DashboardNames: dashboards.names.join(', ') }),
    };
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value });
  }
}

/** An output holds 1,024 characters, so for a large fleet it describes the names and does not list them. */
const outputLength = 1000;

function describeAlarmNames(streamNames: readonly string[]): string {
  const namesOf = (stream: string) => `${alarmNameOf(stream, 'up')}, ${alarmNameOf(stream, 'down')}`;
  const all = streamNames.map(namesOf).join(', ');
  return all.length <= outputLength ? all : `${namesOf('<stream>')} of ${streamNames.length} streams`;
}
