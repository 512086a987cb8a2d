/** Deployments and contexts for the functions' tests. */
import type { ScalingReport } from '../../core/report/scaling-report.ts';
import { type Deployment, describeFaults, readDeployment } from '../../core/settings/deployment.ts';
import type { StreamSettings } from '../../core/settings/stream-settings.ts';
import type { ScalerContext } from '../../lambda/context.ts';
import type { ReconcileCause } from '../../lambda/events.ts';
import type { FleetPort } from '../../lambda/ports.ts';
import { LoadCache } from '../../lambda/stream/load-cache.ts';
import { handleAlarm } from '../../lambda/triggers/alarm-notification.ts';
import { fleetOf } from '../../lambda/triggers/fleet.ts';
import { reconcileStreams } from '../../lambda/triggers/reconcile-streams.ts';
import { now, sampleSettings } from '../core/samples.ts';
import { account, MemoryAccount, notificationOf } from './memory-account.ts';

export const consumerArn = 'arn:aws:lambda:eu-west-1:123456789012:function:orders-processor';

export function deploymentOf(
  streams: Readonly<Record<string, Partial<StreamSettings>>> | undefined,
  environment: Readonly<Record<string, string>> = { DRY_RUN: 'false' },
): Deployment {
  const read = readDeployment(environment, streams && JSON.stringify({ streams }));
  if (!read.ok) throw new TypeError(describeFaults(read.faults));
  return read.value;
}

/** @param fleet what the account says of its streams as a whole, where that is not simply what is in it. */
export function contextOf(
  aws: MemoryAccount,
  deployment: Deployment,
  fleet: FleetPort = aws.ports.fleet,
): ScalerContext {
  return { deployment, account, ports: { ...aws.ports, fleet }, clock: aws.clock, loadCache: new LoadCache() };
}

/** The function answers the notification of an alarm as it is now. */
export function answerAlarm(aws: MemoryAccount, deployment: Deployment, alarmName: string) {
  const record = { messageId: 'message-1', message: notificationOf(aws.alarm(alarmName)) };
  return handleAlarm(record, contextOf(aws, deployment));
}

/** `orders` with four shards, both alarms, a consumer that keeps up, and nothing to repair. */
export function setUpOrders(given: Partial<StreamSettings> = {}, environment?: Readonly<Record<string, string>>) {
  const settings = sampleSettings(given);
  const aws = new MemoryAccount();
  aws.addStream('orders', 4, settings);
  aws.functions.set('orders-processor', { reserved: 8, reads: true });
  aws.iteratorAges.set('orders', { seen: true, atMs: now, ageMs: 0 });
  return { aws, settings, deployment: deploymentOf({ orders: given }, environment) };
}

/** A reconcile of `orders`, with time enough. */
export async function reconcileOrders(
  context: ScalerContext,
  cause: ReconcileCause = 'schedule',
): Promise<ScalingReport> {
  const fleet = fleetOf(['orders'], context.deployment);
  const { reports } = await reconcileStreams(fleet, { cause, timeIsUp: () => false }, context);
  const [report] = reports;
  if (!report || reports.length > 1) throw new TypeError('one stream, one report');
  return report;
}
