/**
 * The two functions of the one bundle: the scaler, invoked by the topic, and the reconciler, invoked by its schedule and by
 * every deployment. Both are invoked asynchronously: Lambda retries twice, then the event lies in the dead-letter queue.
 */
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, type Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { type IQueue, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

export interface ScalingFunctionProps {
  readonly handler: string;
  readonly description: string;
  readonly code: Code;
  readonly environment: Readonly<Record<string, string>>;
  readonly deadLetterQueue: IQueue;
  readonly logRetention: RetentionDays;
  /** How long an event may wait for its turn; then it goes to the dead-letter queue. */
  readonly maxEventAge: Duration;
  /** Concurrent executions kept for the function alone; undefined in an account that is too small to reserve any. */
  readonly reservedConcurrency: number | undefined;
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
      // The log is the audit trail: it outlives the stack until its retention ends.
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
      // Memory buys processor time, not room: at 128 MB loading the bundle takes four times as long and costs the same.
      memorySize: 512,
      // The longest there is: a queue of throttled calls may have to be waited out, and a second run would only add to it.
      timeout: Duration.minutes(15),
      logGroup: this.logGroup,
      retryAttempts: 2,
      maxEventAge,
      deadLetterQueue,
      ...(reservedConcurrency !== undefined && { reservedConcurrentExecutions: reservedConcurrency }),
    });
  }
}

/** Where an event ends that failed three times or waited too long. Fourteen days, the longest there is, to look at it. */
export function createDeadLetterQueue(scope: Construct): Queue {
  return new Queue(scope, 'DeadLetterQueue', {
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
  });
}
