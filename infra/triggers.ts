/** What invokes the functions besides alarms: schedules, and every deployment that changes code, settings or alarms. */
import { createHash } from 'node:crypto';
import { type CfnCustomResource, type Duration, Lazy, Stack } from 'aws-cdk-lib';
import { Policy, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import { InvocationType, Trigger } from 'aws-cdk-lib/triggers';
import type { Construct } from 'constructs';
import type { ScalingFunction } from './scaling-functions.ts';

/** Retries end before the next reconcile, which does what a lost event would have done. */
const schedulerRetries = 2;
const shortestEventAgeSeconds = 60;

/** The role of EventBridge Scheduler. It may invoke the reconciler and, where there is a load check, the scaler. */
export function createScheduleRole(scope: Construct, reconciler: LambdaFunction): Role {
  return new Role(scope, 'ScheduleRole', {
    assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
      conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
    }),
    inlinePolicies: {
      InvokeReconciler: new PolicyDocument({
        statements: [new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [reconciler.functionArn] })],
      }),
    },
  });
}

export function createReconcileSchedule(
  scope: Construct,
  reconciler: LambdaFunction,
  role: Role,
  every: Duration,
): CfnSchedule {
  const minutes = every.toMinutes();
  return new CfnSchedule(scope, 'Schedule', {
    description: 'Brings alarms, tags and consumer concurrency of all managed streams to their shard counts',
    scheduleExpression: `rate(${minutes} ${minutes === 1 ? 'minute' : 'minutes'})`,
    flexibleTimeWindow: { mode: 'OFF' },
    state: 'ENABLED',
    target: {
      arn: reconciler.functionArn,
      roleArn: role.roleArn,
      input: JSON.stringify({ cause: 'schedule' }),
      retryPolicy: {
        maximumEventAgeInSeconds: Math.max(shortestEventAgeSeconds, every.toSeconds()),
        maximumRetryAttempts: schedulerRetries,
      },
    },
  });
}

/** The next load check replaces a lost one: Scheduler drops an event that is a minute late, and does not retry. */
const loadCheckRetryPolicy = { maximumEventAgeInSeconds: shortestEventAgeSeconds, maximumRetryAttempts: 0 };

/**
 * For streams with a load-driven policy. The scaler runs the load check, so that it never runs beside the handling of
 * an alarm.
 */
export function createLoadCheckSchedule(scope: Construct, scaler: LambdaFunction, role: Role): CfnSchedule {
  new Policy(scope, 'InvokeScaler', {
    roles: [role],
    statements: [new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [scaler.functionArn] })],
  });
  // The id is older than the word "load check": another one would replace the schedule of every deployment.
  return new CfnSchedule(scope, 'LookSchedule', {
    description: 'Looks at the demand of the streams whose policy goes by it',
    scheduleExpression: 'rate(1 minute)',
    flexibleTimeWindow: { mode: 'OFF' },
    state: 'ENABLED',
    target: {
      arn: scaler.functionArn,
      roleArn: role.roleArn,
      // Lambda may keep an event for hours, and the scaler ignores an old one. Source: EventBridge Scheduler, context
      // attributes.
      input: JSON.stringify({ look: 'demand', at: '<aws.scheduler.scheduled-time>' }),
      retryPolicy: loadCheckRetryPolicy,
    },
  });
}

/**
 * Invokes the reconciler when everything it reads is deployed. The call is asynchronous: the deployment neither waits
 * for the reconciler nor fails with it. Changed code, environment or settings.json publish a new version, and a new
 * version is invoked.
 * @param facts what else the reconciler must run for when it changes; called at the end of synthesis.
 */
export function createDeployTrigger(scope: Construct, reconciler: LambdaFunction, facts: () => unknown): Trigger {
  const trigger = new Trigger(scope, 'DeployTrigger', {
    handler: reconciler,
    invocationType: InvocationType.EVENT,
    executeOnHandlerChange: true,
  });
  const resource = trigger.node.findChild('Default').node.defaultChild as CfnCustomResource;
  const digest = () => createHash('sha256').update(JSON.stringify(facts())).digest('hex');
  resource.addPropertyOverride('AlarmsDigest', Lazy.string({ produce: digest }));
  return trigger;
}

/**
 * Lets a reconcile that nears its timeout invoke the next run for the rest. The policy is separate because a function
 * waits for the policies of its role, and this policy names the function.
 */
export function allowHandOver(scope: Construct, reconciler: ScalingFunction): Policy {
  const { role, function: itself } = reconciler;
  const statement = new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [itself.functionArn] });
  return new Policy(scope, 'HandOver', { roles: [role], statements: [statement] });
}
