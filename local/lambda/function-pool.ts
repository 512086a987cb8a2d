/**
 * The execution environments of one function: reuses a free one, starts another up to the function's concurrency, and
 * refuses beyond that, as Lambda does.
 */
import { randomUUID } from 'node:crypto';
import type { LocalAccount } from '../account.ts';
import type { LocalTime } from '../local-time.ts';
import { ExecutionEnvironment, type InvocationResult } from './execution-environment.ts';
import type { FunctionDefinition } from './function-definition.ts';

export interface PoolHost {
  readonly account: LocalAccount;
  readonly time: LocalTime;
  /** Where the function's SDK clients send their calls. */
  readonly endpoint: () => string;
  readonly onLogLine: (definition: FunctionDefinition, logStream: string, line: string) => void;
}

/** What one invocation came to, or that there was no room for it. */
export type PoolResult =
  | (InvocationResult & { readonly requestId: string; readonly logTail: string })
  | { readonly kind: 'throttled' };

export interface PooledInvocation {
  readonly payload: string;
  readonly requestId: string;
  /** Base64, as the caller gave it. */
  readonly clientContext: string | undefined;
  /** How many invocations of the function may run at the same time. */
  readonly limit: number;
}

interface PooledEnvironment {
  readonly id: string;
  readonly logStream: string;
  readonly process: Promise<ExecutionEnvironment>;
  readonly logLines: string[];
  started?: ExecutionEnvironment;
  busy: boolean;
}

// CloudWatch Logs keeps everything; the tail that Invoke returns is the last 4 KB.
const LOG_TAIL_BYTES = 4096;

export class FunctionPool {
  readonly #host: PoolHost;
  readonly #definition: FunctionDefinition;
  readonly #preload: () => Promise<string>;
  readonly #environments = new Map<string, PooledEnvironment>();
  #retired = false;

  /** @param preload gives the path of the script that each process loads first. */
  constructor(host: PoolHost, definition: FunctionDefinition, preload: () => Promise<string>) {
    this.#host = host;
    this.#definition = definition;
    this.#preload = preload;
  }

  get functionName(): string {
    return this.#definition.name;
  }

  get running(): number {
    return [...this.#environments.values()].filter((environment) => environment.busy).length;
  }

  find(environmentId: string): ExecutionEnvironment | undefined {
    return this.#environments.get(environmentId)?.started;
  }

  async invoke({ payload, requestId, clientContext, limit }: PooledInvocation): Promise<PoolResult> {
    if (this.running >= limit) return { kind: 'throttled' };
    // Until the process has begun to work, and holds the clock itself as long as it does.
    const releaseHold = this.#host.time.clock.hold();
    const environment = this.#freeEnvironment() ?? this.#startEnvironment();
    environment.busy = true;
    environment.logLines.length = 0;
    try {
      const process = await environment.process;
      environment.started = process;
      const startedMs = this.#host.time.clock.nowMs();
      this.#platformLog(environment, `START RequestId: ${requestId} Version: $LATEST`);
      const working = process.invoke({
        requestId,
        payload,
        functionArn: this.#definition.arn,
        clientContext,
        traceId: traceId(startedMs),
      });
      releaseHold();
      const result = await working;
      const durationMs = this.#host.time.clock.nowMs() - startedMs;
      this.#platformLog(environment, `END RequestId: ${requestId}`);
      this.#platformLog(environment, this.#reportLine(requestId, durationMs));
      return { ...result, requestId, logTail: environment.logLines.join('\n').slice(-LOG_TAIL_BYTES) };
    } finally {
      environment.busy = false;
      if (environment.started?.usable === false || this.#retired) this.#drop(environment);
      releaseHold();
    }
  }

  /** No new invocation goes to the environments that exist; each is ended once it is free. */
  retire(): void {
    this.#retired = true;
    for (const environment of this.#environments.values()) if (!environment.busy) this.#drop(environment);
  }

  /** Ends everything at once. */
  async stop(): Promise<void> {
    this.#retired = true;
    const all = [...this.#environments.values()];
    await Promise.all(all.map(async ({ process }) => (await process).stop()));
    this.#environments.clear();
  }

  #freeEnvironment(): PooledEnvironment | undefined {
    return [...this.#environments.values()].find(
      (environment) => !environment.busy && environment.started?.usable === true,
    );
  }

  #startEnvironment(): PooledEnvironment {
    const { account, time, endpoint, onLogLine } = this.#host;
    const definition = this.#definition;
    const id = randomUUID().replaceAll('-', '');
    const day = new Date(time.clock.nowMs()).toISOString().slice(0, 10).replaceAll('-', '/');
    const logStream = `${day}/[$LATEST]${id}`;
    const logLines: string[] = [];
    const process = ExecutionEnvironment.start({
      time,
      preload: this.#preload(),
      codeFolder: definition.code.folder,
      handler: definition.handler,
      timeoutSeconds: definition.timeoutSeconds,
      variables: { ...environmentVariables(account, definition, endpoint(), id, logStream), ...definition.variables },
      onLogLine: (line) => {
        logLines.push(line);
        onLogLine(definition, logStream, line);
      },
      onExit: () => {
        const environment = this.#environments.get(id);
        if (environment?.busy === false) this.#environments.delete(id);
      },
    });
    const environment: PooledEnvironment = { id, logStream, process, logLines, busy: true };
    this.#environments.set(id, environment);
    return environment;
  }

  #drop(environment: PooledEnvironment): void {
    this.#environments.delete(environment.id);
    environment.started?.kill();
  }

  #platformLog(environment: PooledEnvironment, line: string): void {
    if (this.#definition.logFormat === 'JSON') return;
    environment.logLines.push(line);
    this.#host.onLogLine(this.#definition, environment.logStream, line);
  }

  #reportLine(requestId: string, durationMs: number): string {
    const { memoryMegabytes } = this.#definition;
    return `REPORT RequestId: ${requestId}\tDuration: ${durationMs.toFixed(2)} ms\tBilled Duration: ${Math.ceil(durationMs)} ms\tMemory Size: ${memoryMegabytes} MB`;
  }
}

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html, defined runtime variables. */
function environmentVariables(
  account: LocalAccount,
  definition: FunctionDefinition,
  endpoint: string,
  accessKeyId: string,
  logStream: string,
): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '/usr/bin:/bin',
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    AWS_REGION: account.region,
    AWS_DEFAULT_REGION: account.region,
    AWS_EXECUTION_ENV: `AWS_Lambda_${definition.runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: definition.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(definition.memoryMegabytes),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_FORMAT: definition.logFormat === 'JSON' ? 'JSON' : 'Text',
    ...(definition.applicationLogLevel === undefined ? {} : { AWS_LAMBDA_LOG_LEVEL: definition.applicationLogLevel }),
    AWS_LAMBDA_LOG_GROUP_NAME: definition.logGroup,
    AWS_LAMBDA_LOG_STREAM_NAME: logStream,
    // By the access key local AWS knows which environment a call comes from.
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_SESSION_TOKEN: 'local',
    AWS_ENDPOINT_URL: endpoint,
  };
}

function traceId(nowMs: number): string {
  const random = randomUUID().replaceAll('-', '');
  const time = Math.floor(nowMs / 1000).toString(16);
  return `Root=1-${time.padStart(8, '0')}-${random.slice(0, 24)};Parent=${random.slice(16)};Sampled=0`;
}
