/**
 * The two functions, with one bundle for both. The alarm topic invokes the scaler; a schedule and every deployment
 * invoke the reconciler. All invocations are asynchronous: Lambda retries twice and then puts the event into the
 * dead-letter queue.
 */
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, type Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { type IQueue, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { reconcilerHandler, scalerHandler } from './function-bundle.ts';

/** What both functions have alike. */
export interface SharedFunctionProps {
  readonly code: Code;
  readonly environment: Readonly<Record<string, string>>;
  readonly deadLetterQueue: IQueue;
  readonly logRetention: RetentionDays;
  /** Concurrent executions kept for each function alone; `none` in an account that is too small to reserve any. */
  readonly reservedConcurrency: number | 'none';
}

export interface ScalingFunctionProps extends SharedFunctionProps {
  readonly handler: string;
  readonly description: string;
  /** How long an event may wait for the function; then it goes to the dead-letter queue. */
  readonly maxEventAge: Duration;
}

/** @returns scaler and reconciler. */
export function createFunctions(
  scope: Construct,
  shared: SharedFunctionProps,
): readonly [ScalingFunction, ScalingFunction] {
  return [
    new ScalingFunction(scope, 'Scaler', {
      ...shared,
      handler: scalerHandler,
      description: 'Scales a Kinesis stream when one of its alarms fires',
      // A late alarm does no harm: it names the shard count that it judged. A lost alarm is found by the reconciler.
      maxEventAge: Duration.hours(6),
    }),
    new ScalingFunction(scope, 'Reconciler', {
      ...shared,
      handler: reconcilerHandler,
      description: 'Brings alarms, tags and consumer concurrency of all managed streams to their shard counts',
      // By then the schedule has invoked it many times.
      maxEventAge: Duration.hours(1),
    }),
  ];
}

export class ScalingFunction extends Construct {
  readonly function: LambdaFunction;
  readonly role: Role;
  readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, props: ScalingFunctionProps) {
    super(scope, id);
    const { handler, description, code, environment, deadLetterQueue, maxEventAge, reservedConcurrency } = props;
    this.logGroup = new LogGroup(this, 'Logs', {
      retention: props.logRetention,
      // The log is the audit trail, so it stays when the stack is deleted.
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
    this.role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    this.logGroup.grantWrite(this.role);
    this.function = new LambdaFunction(this, 'Function', {
      description,
      code,
      handler,
      environment: { ...environment },
      role: this.role,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      // Memory buys processor time: with 128 MB the bundle takes four times as long to load, for the same price.
      memorySize: 512,
      // Lambda's longest: the run may have to wait until throttled calls succeed, and a second run would only add to
      // them.
      timeout: Duration.minutes(15),
      logGroup: this.logGroup,
      retryAttempts: 2,
      maxEventAge,
      deadLetterQueue,
      ...(reservedConcurrency !== 'none' && { reservedConcurrentExecutions: reservedConcurrency }),
    });
  }
}

/** Holds events that failed three times or waited too long, for fourteen days, the longest that SQS allows. */
export function createDeadLetterQueue(scope: Construct): Queue {
  return new Queue(scope, 'DeadLetterQueue', {
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
  });
}
