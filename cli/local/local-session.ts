/** One run of `kinesis-autoscaler local`: starts, deploys if wanted, prints what to export, and ends on SIGINT or SIGTERM. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { synthesize } from '../../infra/synthesis.ts';
import { type FaultRule, parseFaultRule } from '../../local/calls/fault-rules.ts';
import { type DeployedStack, deploy } from '../../local/deploy/deploy.ts';
import { type LocalAws, startLocalAws } from '../../local/local-aws.ts';
import { starterEnds } from '../../local/starter.ts';
import { RealClock } from '../../simulator/models/clock.ts';
import { UsageError } from '../exit-codes.ts';
import type { Progress } from '../progress.ts';
import type { Session } from '../session.ts';
import { deploymentOf } from './deployment-of.ts';

export interface LocalOptions {
  readonly port: number;
  readonly speed: number;
  readonly throttle: boolean;
  readonly fail: readonly string[];
  readonly latency: number;
  readonly deploy: boolean;
}

/** The line that `--json` prints when everything is up. */
export interface ReadyLine {
  readonly endpoint: string;
  readonly region: string;
  readonly accountId: string;
  readonly processId: number;
  /** What to export. */
  readonly environment: Readonly<Record<string, string>>;
  /** Null if it was started empty. */
  readonly deployed: {
    readonly stackName: string;
    readonly resources: number;
    readonly outputs: Readonly<Record<string, string>>;
    readonly alarms: readonly string[];
    readonly functions: readonly string[];
    readonly streams: readonly string[];
  } | null;
}

/** Resolves when a signal, or the end of what started it, has ended it. @throws UsageError for faults in the options. */
export async function runLocal(options: LocalOptions, { format, answer, startProgress }: Session): Promise<void> {
  const faults = readFaultRules(options.fail);
  const ended = Promise.race([nextSignal(), starterEnds()]);
  const aws = await startLocalAws({
    clock: new RealClock({ speed: options.speed }),
    speed: options.speed,
    port: options.port,
    throttle: options.throttle,
  }).catch((error: unknown) => {
    throw isPortTaken(error) ? new UsageError(`--port: ${options.port} is in use; 0 takes any free one`) : error;
  });
  try {
    const stack = options.deploy ? await deployApp(aws, startProgress('deploying')) : undefined;
    // Injected only now, because the faults are meant for the product and not for its deployment.
    for (const rule of faults) aws.calls.faults.add(rule);
    aws.calls.latencyMs = options.latency;
    const ready = readyLine(aws, stack);
    if (format === 'json') answer(JSON.stringify(ready));
    else printReady(ready, aws, options.speed, answer);
    await ended;
  } finally {
    await aws.stop();
  }
}

function readFaultRules(texts: readonly string[]): readonly FaultRule[] {
  const rules = texts.map(parseFaultRule);
  const wrong = rules.filter((rule) => typeof rule === 'string');
  if (wrong.length > 0) throw new UsageError(wrong.map((fault) => `--fail: ${fault}`).join('\n'));
  return rules.filter((rule) => typeof rule !== 'string');
}

/** Deploys the stack of cdk.json. The streams that it expects to exist are created first, with one shard. */
async function deployApp(aws: LocalAws, progress: Progress): Promise<DeployedStack> {
  const deployment = await readDeployment();
  const outdir = await mkdtemp(join(tmpdir(), 'kinesis-autoscaler-assembly-'));
  try {
    const assembly = await synthesize({ deployment, outdir }).catch((error: Error) => {
      throw new UsageError(error.message);
    });
    for (const name of existingStreams(deployment)) await aws.kinesis.create(name, 'PROVISIONED', 1);
    return await deploy(aws, assembly);
  } finally {
    progress.end();
    await rm(outdir, { recursive: true, force: true });
  }
}

async function readDeployment(): Promise<object> {
  return deploymentOf(await readFile(fileURLToPath(new URL('../../cdk.json', import.meta.url)), 'utf8'));
}

/** The synthesis has refused faults in the context before this runs. */
function existingStreams(deployment: object): readonly string[] {
  const streams: readonly { readonly name: string; readonly create?: boolean }[] =
    'streams' in deployment && Array.isArray(deployment.streams) ? deployment.streams : [];
  return streams.filter(({ create }) => create !== true).map(({ name }) => name);
}

function readyLine(aws: LocalAws, stack: DeployedStack | undefined): ReadyLine {
  const { endpoint, account } = aws;
  const { region, accountId } = account;
  return {
    endpoint,
    region,
    accountId,
    processId: process.pid,
    environment: {
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
    },
    deployed:
      stack === undefined
        ? null
        : {
            stackName: stack.stackName,
            resources: stack.resources.size,
            outputs: stack.outputs,
            alarms: idsOf(stack, 'AWS::CloudWatch::Alarm'),
            functions: idsOf(stack, 'AWS::Lambda::Function'),
            streams: aws.kinesis.account.streams().map(({ streamName }) => streamName),
          },
  };
}

function idsOf(stack: DeployedStack, type: string): readonly string[] {
  return [...stack.resources.values()].filter((resource) => resource.type === type).map(({ physical }) => physical.id);
}

function printReady(ready: ReadyLine, aws: LocalAws, speed: number, print: (text: string) => void): void {
  print(`Local AWS is up at ${ready.endpoint}${speed === 1 ? '' : `, ${speed} times as fast as the clock`}. Export:\n`);
  for (const [name, value] of Object.entries(ready.environment)) print(`  export ${name}=${value}`);
  print(`\nThe AWS CLI v1 does not take this for SQS: there add --endpoint-url ${ready.endpoint}`);
  if (ready.deployed === null) print('\nIt is empty. Ctrl-C ends it.');
  else {
    const { stackName, resources, alarms, streams } = ready.deployed;
    print(`\nDeployed ${stackName}: ${resources} resources; streams ${streams.join(', ')}. To make a function run:\n`);
    const alarm = alarms.find((name) => name.endsWith('-scale-up')) ?? alarms[0];
    print(`  aws cloudwatch set-alarm-state --alarm-name ${alarm} --state-value ALARM --state-reason test\n`);
    print('What the functions write follows. Ctrl-C ends it.');
  }
  aws.logs.onEvent(({ logGroup, message }) => print(`${logGroup}  ${message}`));
}

function nextSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}

function isPortTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}
