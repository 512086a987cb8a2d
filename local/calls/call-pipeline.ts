/**
 * What happens to every call whatever its service: hooks, faults, call rates, latency, then the service itself, then
 * the log. It is one place, so that no endpoint needs to know of it.
 */
import { AwsServiceError } from '../../simulator/models/aws-service-error.ts';
import type { Scheduler } from '../../simulator/models/clock.ts';
import { assertModelled, assertServed } from '../parameters/assert-modelled.ts';
import type { ApiCall, ApiResponse, ServiceEndpoint, ServiceName } from '../wire/api-call.ts';
import { errorResponse, internalFailure } from '../wire/error-response.ts';
import { CallLog } from './call-log.ts';
import { CallRates } from './call-rates.ts';
import { type Fault, FaultRules } from './fault-rules.ts';

/** What the caller gets: an answer, a broken connection, or nothing at all. */
export type CallOutcome =
  | { readonly kind: 'answer'; readonly response: ApiResponse }
  | { readonly kind: 'reset' }
  | { readonly kind: 'no-answer' };

/** Lets the clock run while a call waits on it. @returns to be called when the wait is over. */
export type Park = () => () => void;

/** Runs before a call has its effect, or after it and before it is answered; the call waits for it. */
export type CallHook = (call: ApiCall, when: 'before' | 'after') => void | Promise<void>;

export interface CallPipelineOptions {
  readonly clock: Scheduler;
  /** The services of a region. */
  readonly endpoints: (region: string) => Readonly<Record<ServiceName, ServiceEndpoint>>;
  /** Enforce AWS's call rates. */
  readonly throttle: boolean;
  /** Kills the process of the function that made the call; does nothing for a caller outside. */
  readonly killCaller: (call: ApiCall) => void;
}

const WAITING_CALLS: ReadonlySet<string> = new Set(['Invoke', 'ReceiveMessage']);

export class CallPipeline {
  readonly faults = new FaultRules();
  readonly log = new CallLog();
  /** Time on the clock that every call takes. */
  latencyMs = 0;
  readonly #options: CallPipelineOptions;
  readonly #rates: CallRates | undefined;
  #hooks: CallHook[] = [];

  constructor(options: CallPipelineOptions) {
    this.#options = options;
    this.#rates = options.throttle ? new CallRates(options.clock) : undefined;
  }

  /** @returns takes the hook away again. */
  addHook(hook: CallHook): () => void {
    this.#hooks.push(hook);
    return () => {
      this.#hooks = this.#hooks.filter((other) => other !== hook);
    };
  }

  async run(call: ApiCall, park: Park): Promise<CallOutcome> {
    const atMs = this.#options.clock.nowMs();
    if (this.latencyMs > 0) await this.#delay(park);
    const fault = this.faults.take(call);
    // A caller that waits for a function or for a message waits on the clock.
    const unpark = WAITING_CALLS.has(call.operation) ? park() : undefined;
    const outcome = await this.#perform(call, fault);
    unpark?.();
    this.log.add(call, atMs, fault !== undefined && fault.kind !== 'error' ? fault.kind : nameOf(outcome));
    return outcome;
  }

  #delay(park: Park): Promise<void> {
    const { clock } = this.#options;
    const unpark = park();
    return new Promise((resolve) => {
      clock.schedule(clock.nowMs() + this.latencyMs, () => {
        // Within the event itself: a moment later the clock would have moved on.
        unpark();
        resolve();
      });
    });
  }

  async #perform(call: ApiCall, fault: Fault | undefined): Promise<NamedOutcome> {
    for (const hook of this.#hooks) await hook(call, 'before');
    if (fault?.kind === 'error') return refused(new AwsServiceError(fault.code, 'injected fault'), call);
    if (fault?.when === 'before') return this.#strike(call, fault.kind);
    const outcome = await this.#answer(call);
    for (const hook of this.#hooks) await hook(call, 'after');
    return fault === undefined ? outcome : this.#strike(call, fault.kind);
  }

  #strike(call: ApiCall, kind: 'no-answer' | 'reset' | 'kill'): NamedOutcome {
    if (kind === 'kill') this.#options.killCaller(call);
    return { kind: kind === 'reset' ? 'reset' : 'no-answer' };
  }

  async #answer(call: ApiCall): Promise<NamedOutcome> {
    try {
      this.#rates?.admit(call);
      assertServed(call);
      const endpoint = this.#options.endpoints(call.region)[call.service];
      const input = endpoint.parse(call);
      assertModelled(call, input);
      return { kind: 'answer', name: 'ok', response: await endpoint.handle(call, input) };
    } catch (error) {
      return refused(error instanceof AwsServiceError ? error : internalFailure(error), call);
    }
  }
}

type NamedOutcome = CallOutcome & { readonly name?: string };

function refused(error: AwsServiceError, call: ApiCall): NamedOutcome {
  return { kind: 'answer', name: error.name, response: errorResponse(error, call) };
}

function nameOf(outcome: NamedOutcome): string {
  return outcome.name ?? outcome.kind;
}
