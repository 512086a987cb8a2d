/**
 * One execution environment: a Node process in which AWS's runtime client (aws-lambda-ric) runs the deployed code.
 *
 * Life: started for an invocation that finds no free one, reused by later ones, killed when an invocation runs into
 * its time-out, gone when the process exits. It handles one invocation at a time.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { minuteMs } from '../../core/time.ts';
import type { ScheduledEvent } from '../../simulator/models/clock.ts';
import type { LocalTime } from '../local-time.ts';
import { ProcessActivity } from './process-activity.ts';
import { CLOCK_HEADER, CLOCK_VARIABLE, type ClockAnchor, END_OF_LOG, type IdleReport } from './runtime/messages.ts';
import { type RuntimeApi, startRuntimeApi } from './runtime-api.ts';

const RUNTIME_CLIENT = createRequire(import.meta.url).resolve('aws-lambda-ric');
// Nothing moves the discrete-event clock while a process works, so a process that hangs would never reach its time-out:
// one is taken for hung when neither an invocation's end nor the clock has come any further for so long.
const STALL_LIMIT_MS = minuteMs;

export interface EnvironmentOptions {
  readonly time: LocalTime;
  /** Path of the script that the process loads before the runtime client. */
  readonly preload: Promise<string>;
  readonly codeFolder: string;
  readonly handler: string;
  readonly timeoutSeconds: number;
  /** The process's whole environment apart from what this file adds; nothing of the host's leaks in. */
  readonly variables: Readonly<Record<string, string>>;
  readonly onLogLine: (line: string) => void;
  readonly onExit: () => void;
}

export interface Invocation {
  readonly requestId: string;
  readonly functionArn: string;
  readonly payload: string;
  readonly traceId: string;
  readonly clientContext: string | undefined;
}

export type InvocationResult =
  | { readonly kind: 'success'; readonly payload: string }
  | { readonly kind: 'function-error'; readonly payload: string };

interface CurrentInvocation {
  readonly requestId: string;
  readonly resolve: (result: InvocationResult) => void;
  readonly deadline: ScheduledEvent;
  readonly stall: NodeJS.Timeout | undefined;
  result?: InvocationResult;
  logEnded: boolean;
}

export class ExecutionEnvironment {
  readonly activity: ProcessActivity;
  readonly #options: EnvironmentOptions;
  #process: ChildProcess | undefined;
  #runtimeApi: RuntimeApi | undefined;
  #current: CurrentInvocation | undefined;
  #initError: string | undefined;
  #exited = false;
  #killed = false;
  #polling = false;
  #whenPolling: (() => void)[] = [];

  private constructor(options: EnvironmentOptions) {
    this.#options = options;
    this.activity = new ProcessActivity(options.time.clock, (clockMs) =>
      this.#process?.send({ kind: 'wake', clockMs }),
    );
  }

  static async start(options: EnvironmentOptions): Promise<ExecutionEnvironment> {
    const environment = new ExecutionEnvironment(options);
    await environment.#start();
    return environment;
  }

  get processId(): number | undefined {
    return this.#process?.pid;
  }

  /** Whether it can take another invocation, now or when it is free. */
  get usable(): boolean {
    return !this.#exited && !this.#killed;
  }

  /** Runs one invocation to its end; never rejects. The environment must not be busy. */
  async invoke(invocation: Invocation): Promise<InvocationResult> {
    this.activity.begin();
    const { clock, mode } = this.#options.time;
    const deadlineMs = clock.nowMs() + this.#options.timeoutSeconds * 1000;
    const result = new Promise<InvocationResult>((resolve) => {
      this.#current = {
        requestId: invocation.requestId,
        resolve,
        deadline: clock.schedule(deadlineMs, () => this.#timeOut()),
        stall: mode === 'frozen' ? this.#watchForStall() : undefined,
        logEnded: false,
      };
    });
    await this.#untilPolling();
    if (this.#exited) this.#finish(this.#exitResult());
    else this.#give(invocation, deadlineMs);
    return result;
  }

  /** Kills the process as if the machine had failed; an invocation under way ends in an error. */
  kill(): void {
    this.#killed = true;
    this.#process?.kill('SIGKILL');
  }

  /** Kills the process and waits until it is gone. */
  async stop(): Promise<void> {
    if (this.#exited) return;
    const gone = new Promise((resolve) => this.#process?.once('close', resolve));
    this.kill();
    await gone;
  }

  async #start(): Promise<void> {
    this.activity.begin();
    const runtimeApi = await startRuntimeApi({
      onNext: () => this.#onNext(),
      onResponse: (_, payload) => this.#answer({ kind: 'success', payload }),
      onError: (_, payload) => this.#answer({ kind: 'function-error', payload }),
      onInitError: (payload) => {
        this.#initError = payload;
      },
    });
    this.#runtimeApi = runtimeApi;
    const child = spawn(process.execPath, ['--require', await this.#options.preload, RUNTIME_CLIENT], {
      cwd: this.#options.codeFolder,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: {
        ...this.#options.variables,
        AWS_LAMBDA_RUNTIME_API: runtimeApi.address,
        LAMBDA_TASK_ROOT: this.#options.codeFolder,
        _HANDLER: this.#options.handler,
        [CLOCK_VARIABLE]: JSON.stringify(this.#anchor()),
      },
    });
    this.#process = child;
    child.on('message', (report) => this.activity.receive(report as IdleReport));
    child.on('close', () => this.#onExit());
    child.on('error', () => this.#onExit());
    this.#readLines(child);
  }

  #readLines(child: ChildProcess): void {
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on('line', (line) => {
        if (line.startsWith(END_OF_LOG)) this.#endLog(line.slice(END_OF_LOG.length));
        else this.#options.onLogLine(line);
      });
    }
  }

  #onNext(): void {
    this.#polling = true;
    if (this.#current === undefined) this.activity.end();
    for (const ready of this.#whenPolling.splice(0)) ready();
  }

  #untilPolling(): Promise<void> {
    if (this.#polling || this.#exited) return Promise.resolve();
    return new Promise((resolve) => this.#whenPolling.push(resolve));
  }

  #give(invocation: Invocation, deadlineMs: number): void {
    this.#polling = false;
    this.activity.sent();
    this.#runtimeApi?.give(
      {
        'lambda-runtime-aws-request-id': invocation.requestId,
        'lambda-runtime-invoked-function-arn': invocation.functionArn,
        'lambda-runtime-deadline-ms': String(deadlineMs),
        'lambda-runtime-trace-id': invocation.traceId,
        ...(invocation.clientContext === undefined
          ? {}
          : { 'lambda-runtime-client-context': Buffer.from(invocation.clientContext, 'base64').toString() }),
        [CLOCK_HEADER]: String(this.#options.time.clock.nowMs()),
      },
      invocation.payload,
    );
  }

  #answer(result: InvocationResult): void {
    if (this.#current === undefined) return;
    this.#current.result = result;
    if (this.#current.logEnded) this.#finish(result);
  }

  #endLog(requestId: string): void {
    const current = this.#current;
    if (current === undefined || current.requestId !== requestId) return;
    current.logEnded = true;
    if (current.result !== undefined) this.#finish(current.result);
  }

  #watchForStall(): NodeJS.Timeout {
    const { clock } = this.#options.time;
    let lastMs = clock.nowMs();
    return setInterval(() => {
      if (clock.nowMs() === lastMs) this.#timeOut();
      lastMs = clock.nowMs();
    }, STALL_LIMIT_MS).unref();
  }

  #timeOut(): void {
    const current = this.#current;
    if (current === undefined) return;
    this.#options.onLogLine(
      `${this.#timeStamp()} ${current.requestId} Task timed out after ${this.#timeout()} seconds`,
    );
    this.kill();
    this.#finish(
      errorResult(
        'Sandbox.Timedout',
        `RequestId: ${current.requestId} Error: Task timed out after ${this.#timeout()} seconds`,
      ),
    );
  }

  #onExit(): void {
    if (this.#exited) return;
    this.#exited = true;
    this.#runtimeApi?.close();
    for (const ready of this.#whenPolling.splice(0)) ready();
    if (this.#current !== undefined) this.#finish(this.#current.result ?? this.#exitResult());
    this.activity.end();
    this.#options.onExit();
  }

  #exitResult(): InvocationResult {
    if (this.#initError !== undefined) return { kind: 'function-error', payload: this.#initError };
    const { exitCode, signalCode } = this.#process ?? {};
    const how = signalCode ? `signal: ${signalCode.replace('SIG', '').toLowerCase()}` : `exit status ${exitCode ?? 1}`;
    const requestId = this.#current?.requestId ?? '';
    return errorResult(
      'Runtime.ExitError',
      `RequestId: ${requestId} Error: Runtime exited ${exitCode === 0 ? 'without providing a reason' : `with error: ${how}`}`,
    );
  }

  #finish(result: InvocationResult): void {
    const current = this.#current;
    if (current === undefined) return;
    this.#current = undefined;
    this.#options.time.clock.cancel(current.deadline);
    clearInterval(current.stall);
    current.resolve(result);
    // After the answer has been taken up: whoever waits for it holds the clock by then if it has more to do.
    setImmediate(() => {
      if (this.#current === undefined) this.activity.end();
    });
  }

  #anchor(): ClockAnchor {
    const { clock, mode, speed } = this.#options.time;
    return { clockMs: clock.nowMs(), realMs: Date.now(), speed: mode === 'frozen' ? 0 : speed };
  }

  #timeout(): string {
    return this.#options.timeoutSeconds.toFixed(2);
  }

  #timeStamp(): string {
    return new Date(this.#options.time.clock.nowMs()).toISOString();
  }
}

function errorResult(errorType: string, errorMessage: string): InvocationResult {
  return { kind: 'function-error', payload: JSON.stringify({ errorType, errorMessage }) };
}
