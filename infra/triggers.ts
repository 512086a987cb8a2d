/** What runs the functions besides alarms: schedules, and the end of every deployment that changes code, settings or alarms. */
import { createHash } from 'node:crypto';
import { type CfnCustomResource, type Duration, Lazy, Stack } from 'aws-cdk-lib';
import { Policy, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import { InvocationType, Trigger } from 'aws-cdk-lib/triggers';
import type { Construct } from 'constructs';

/** Retries end before the next turn begins; what is lost then, the next turn does. */
const schedulerRetries = 2;
const shortestEventAgeSeconds = 60;

/** What EventBridge Scheduler acts by: it may invoke the reconciler and, where demand is looked at, the scaler. */
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

/** One look is as good as the next: what is late by a minute is dropped, and nothing is tried again. */
const loadCheckRetryPolicy = { maximumEventAgeInSeconds: shortestEventAgeSeconds, maximumRetryAttempts: 0 };

/** For streams whose policy looks at demand. The scaler looks, so that a look and an alarm's answer never run side by side. */
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
      // Lambda may keep an event for hours: what is long overdue is not looked at (EventBridge Scheduler, context attributes).
      input: JSON.stringify({ look: 'demand', at: '<aws.scheduler.scheduled-time>' }),
      retryPolicy: loadCheckRetryPolicy,
    },
  });
}

/**
 * Invokes the reconciler when everything it looks at is deployed. Asynchronously: a deployment neither waits for it nor
 * fails with it. Code, environment and settings.json publish a new version, which runs it again; `facts` stand for the rest.
 * @param facts what else must run it again when it changes; read at the end of synthesis.
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
