/**
 * The composition root: what a cold start builds out of the deployment's settings, and what one invocation is given of it.
 * The only file that keeps state between invocations, and that reads the clock.
 *
 * A cold start that fails (a setting that is not usable) fails every invocation, with all faults in the error.
 */
import type { Context } from 'aws-lambda';
import type { Deployment } from '../core/settings/deployment.ts';
import { awsPorts } from './aws/ports.ts';
import { loadDeployment } from './config.ts';
import type { Account, ScalerContext } from './context.ts';
import type { FunctionRole } from './events.ts';
import { createRunLog, type RunLog } from './observability.ts';
import { pacePorts, reconcilerPace, scalerPace } from './pacing.ts';
import type { Clock, Ports } from './ports.ts';
import { LoadCache } from './stream/load-cache.ts';
import { createNotifier, type Notify } from './stream/notifier.ts';

/** What one invocation works with. */
export interface Run {
  readonly context: ScalerContext;
  readonly log: RunLog;
  readonly functionName: string;
  readonly remainingMs: () => number;
}

/** Nothing in it remembers a record, and of streams only what CloudWatch would say again. */
interface Runtime {
  readonly deployment: Deployment;
  /** The same calls, at the pace of each role. */
  readonly ports: Readonly<Record<FunctionRole, Ports>>;
  readonly log: RunLog;
  readonly notify: Notify;
  readonly loadCache: LoadCache;
}

const clock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

let runtime: Runtime | undefined;

export function startRun(invocation: Context, role: FunctionRole): Run {
  runtime ??= startCold(invocation.functionName);
  const { deployment, ports, log, notify, loadCache } = runtime;
  return {
    context: { deployment, account: accountOf(invocation), ports: askOnce(ports[role]), clock, loadCache, notify },
    log,
    functionName: invocation.functionName,
    remainingMs: () => invocation.getRemainingTimeInMillis(),
  };
}

function startCold(functionName: string): Runtime {
  const deployment = loadDeployment();
  const ports = awsPorts(deployment.retry);
  return {
    deployment,
    ports: { scaler: pacePorts(ports, clock, scalerPace), reconciler: pacePorts(ports, clock, reconcilerPace) },
    log: createRunLog(deployment, functionName),
    notify: createNotifier(deployment, ports.notices, ports.streams),
    loadCache: new LoadCache(),
  };
}

/** The event source mappings are the same for all streams of one run: they are read once, by the first that has a consumer. */
function askOnce(ports: Ports): Ports {
  let asked: ReturnType<Ports['functions']['eventSourceMappings']> | undefined;
  const eventSourceMappings = () => {
    asked ??= ports.functions.eventSourceMappings();
    return asked;
  };
  return { ...ports, functions: { ...ports.functions, eventSourceMappings } };
}

function accountOf({ invokedFunctionArn }: Context): Account {
  const [, partition = 'aws', , region = '', accountId = ''] = invokedFunctionArn.split(':');
  return { partition, region, accountId };
}
