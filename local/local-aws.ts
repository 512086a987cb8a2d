/**
 * AWS on this machine: the services that the product uses, behind one endpoint, on one clock.
 *
 * Everything that it starts (server, kinesis-local, the processes of functions) ends with `stop`.
 */
import { RealClock, type Scheduler, VirtualClock } from '../simulator/models/clock.ts';
import type { CloudWatchModel } from '../simulator/models/cloudwatch/cloudwatch-model.ts';
import { DEFAULT_ACCOUNT, type LocalAccount } from './account.ts';
import { CallPipeline } from './calls/call-pipeline.ts';
import type { DeployedStack } from './deploy/deployed-stack.ts';
import { startKinesisLocal } from './kinesis/kinesis-local.ts';
import type { KinesisService } from './kinesis/kinesis-service.ts';
import { shardsWithoutRecords } from './kinesis/shard-backend.ts';
import type { FinishedInvocation, LambdaService } from './lambda/lambda-service.ts';
import type { LocalAwsOptions } from './local-aws-options.ts';
import { createServices, type LocalServices } from './local-services.ts';
import type { LocalTime } from './local-time.ts';
import type { LogService } from './logs/log-service.ts';
import { Regions } from './regions.ts';
import type { ScheduleService } from './scheduler/schedule-service.ts';
import { startServer } from './server.ts';
import type { TopicService } from './sns/topic-service.ts';
import type { QueueService } from './sqs/queue-service.ts';

export type { LocalAwsOptions } from './local-aws-options.ts';

export interface LocalAws {
  /** What `AWS_ENDPOINT_URL` must be. */
  readonly endpoint: string;
  readonly account: LocalAccount;
  readonly time: LocalTime;
  readonly clock: Scheduler;
  /** Faults, hooks, latency and the log of calls. */
  readonly calls: CallPipeline;
  readonly cloudwatch: CloudWatchModel;
  readonly kinesis: KinesisService;
  readonly lambda: LambdaService;
  readonly logs: LogService;
  readonly queues: QueueService;
  readonly schedules: ScheduleService;
  /** The services of a region; those above are of the account's own. */
  inRegion(region: string): LocalServices;
  /** What `deploy` has deployed, by name. */
  readonly stacks: Map<string, DeployedStack>;
  readonly topics: TopicService;
  /** Calls the listener at the end of each invocation. @returns stops it. */
  onInvocation(listener: (invocation: FinishedInvocation) => void): () => void;
  stop(): Promise<void>;
}

/** @throws Error if the port is taken or kinesis-local does not come up. */
export async function startLocalAws(options: LocalAwsOptions): Promise<LocalAws> {
  const account = options.account ?? DEFAULT_ACCOUNT;
  const time = timeOf(options);
  const { clock } = time;
  let endpoint = '';
  const listeners = new Set<(invocation: FinishedInvocation) => void>();
  const kinesisLocal = options.streams === 'no-records' ? undefined : await startKinesisLocal(account);
  const regions = new Regions((region) =>
    createServices(options, {
      account: { ...account, region },
      time,
      backend: options.shardBackend ?? kinesisLocal?.inRegion(region) ?? shardsWithoutRecords(),
      endpoint: () => endpoint,
      inRegionOf: (arn) => regions.get(arn.split(':')[3] || region),
      recordFault: (call) => calls.faults.takeForRecord(call),
      onInvoked: (invocation) => {
        for (const listener of listeners) listener(invocation);
      },
    }),
  );
  const { endpoints: _, stop: __, ...services } = regions.get(account.region);
  const calls: CallPipeline = new CallPipeline({
    clock,
    endpoints: (region) => regions.get(region).endpoints,
    throttle: options.throttle ?? false,
    killCaller: ({ caller }) => {
      if (caller.kind === 'function')
        regions.find(({ lambda }) => lambda.findEnvironment(caller.environmentId))?.kill();
    },
  });
  calls.latencyMs = options.latencyMs ?? 0;
  const stop = async (): Promise<void> => {
    await regions.stop();
    await kinesisLocal?.stop();
    if (options.clock instanceof RealClock) options.clock.close();
  };
  try {
    const findProcess = (accessKeyId: string) => regions.find(({ lambda }) => lambda.findProcess(accessKeyId));
    const { region } = account;
    const server = await startServer({ clock, pipeline: calls, findProcess, region, port: options.port ?? 0 });
    endpoint = server.endpoint;
    return {
      ...services,
      endpoint,
      account,
      time,
      clock,
      calls,
      stacks: new Map(),
      inRegion: (region) => regions.get(region),
      onInvocation(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      async stop() {
        await server.close();
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function timeOf({ clock, speed }: LocalAwsOptions): LocalTime {
  return clock instanceof VirtualClock
    ? { clock, mode: 'frozen', speed: 1 }
    : { clock, mode: 'running', speed: speed ?? 1 };
}
