/** Calls made (AWS) and calls answered (gRPC): in flight, duration, outcome, bytes, codes of errors. */
import { Gauge, Histogram, type Registry } from 'prom-client';
import { LabelBudget, otherLabel } from '../decision/label-budget.ts';
import { type CountHandle, HotCounter } from './hot-counter.ts';
import { oncePerRegistry } from './once-per-registry.ts';

export const requestOutcomes = ['success', 'user_error', 'system_error', 'throttled'] as const;
export type RequestOutcome = (typeof requestOutcomes)[number];

/** Ends one call. `code` says more of a failure, for example `AccessDeniedException`. Ending twice counts once. */
export type EndRequest = (outcome: RequestOutcome, code?: string) => void;

export interface RequestHandle {
  /** Begins one call. */
  readonly start: () => EndRequest;
  readonly requestBytes: CountHandle;
  readonly responseBytes: CountHandle;
}

export interface RequestObserver {
  /**
   * The handle of an operation; resolve it once, not per call. Operations that are not known share `_other`; a counter
   * of their own tells their names, as far as the label budget goes.
   */
  readonly operation: (name: string) => RequestHandle;
}

/** Names of unknown operations, and codes of errors, that get a series of their own. */
const maxNames = 64;

export class RequestMetrics {
  readonly #families: RequestFamilies;

  /** Without a registry everything is counted and nothing shown. A second one on a registry is the first one. */
  constructor(registry: Registry | undefined) {
    this.#families =
      registry === undefined
        ? new RequestFamilies(undefined)
        : oncePerRegistry(registry, 'request families', () => new RequestFamilies(registry));
  }

  /** The observer of one component. All series of its operations exist from then on. */
  component(component: string, operations: readonly string[]): RequestObserver {
    const families = this.#families;
    const known = new Set(operations);
    const other = families.handle(component, otherLabel);
    for (const operation of operations) families.handle(component, operation);
    return {
      operation: (name) =>
        known.has(name) ? families.handle(component, name) : families.unknownHandle(component, name, other),
    };
  }
}

/** Counted here and shown at the scrape. */
interface InFlight {
  readonly component: string;
  readonly operation: string;
  calls: number;
}

const callLabels = ['component', 'operation'] as const;

class RequestFamilies {
  readonly #inFlight: InFlight[] = [];
  readonly #duration: Histogram | undefined;
  readonly #total: HotCounter<'component' | 'operation' | 'outcome'>;
  readonly #errors: HotCounter<'component' | 'operation' | 'code'>;
  readonly #requestBytes: HotCounter<'component' | 'operation'>;
  readonly #responseBytes: HotCounter<'component' | 'operation'>;
  readonly #unknown: HotCounter<'component' | 'operation'>;
  readonly #codes = new LabelBudget(maxNames);
  readonly #unknownNames = new LabelBudget(maxNames);
  readonly #handles = new Map<string, RequestHandle>();

  constructor(registry: Registry | undefined) {
    const counter = <Label extends string>(name: string, help: string, ...labelNames: Label[]): HotCounter<Label> =>
      new HotCounter({ name: `kinesis_autoscaler_${name}`, help, labelNames }, registry);
    this.#total = counter('requests_total', 'Calls that have ended, by outcome.', ...callLabels, 'outcome');
    this.#errors = counter('request_errors_total', 'Calls that have failed, by code.', ...callLabels, 'code');
    this.#requestBytes = counter('request_bytes_total', 'Bytes of the bodies of requests.', ...callLabels);
    this.#responseBytes = counter('response_bytes_total', 'Bytes of the bodies of responses.', ...callLabels);
    this.#unknown = counter('unknown_operations_total', 'Calls of operations that are not known.', ...callLabels);
    if (registry === undefined) return;
    showInFlight(this.#inFlight, registry);
    this.#duration = new Histogram({
      name: 'kinesis_autoscaler_request_duration_seconds',
      help: 'Time from the beginning of a call to its end.',
      labelNames: callLabels,
      buckets: [0.001, 0.005, 0.025, 0.1, 0.25, 1, 2.5, 10, 30],
      registers: [registry],
    });
  }

  handle(component: string, operation: string): RequestHandle {
    const key = JSON.stringify([component, operation]);
    let handle = this.#handles.get(key);
    if (handle === undefined) {
      handle = this.#createHandle(component, operation);
      this.#handles.set(key, handle);
    }
    return handle;
  }

  /** Counts under `_other`, and each call under a name that the label budget admits. */
  unknownHandle(component: string, name: string, other: RequestHandle): RequestHandle {
    const calls = this.#unknown.handle({ component, operation: this.#unknownNames.admit(name) });
    return {
      ...other,
      start: () => {
        calls.add();
        return other.start();
      },
    };
  }

  #createHandle(component: string, operation: string): RequestHandle {
    const labels = { component, operation };
    const inFlight: InFlight = { ...labels, calls: 0 };
    this.#inFlight.push(inFlight);
    const duration = this.#duration?.labels(component, operation);
    const outcomes = this.#outcomeHandles(labels);
    return {
      requestBytes: this.#requestBytes.handle(labels),
      responseBytes: this.#responseBytes.handle(labels),
      start: () => {
        const startedAtMs = performance.now();
        let ended = false;
        inFlight.calls += 1;
        return (outcome, code) => {
          if (ended) return;
          ended = true;
          inFlight.calls -= 1;
          duration?.observe((performance.now() - startedAtMs) / 1000);
          outcomes[outcome].add();
          if (outcome !== 'success') this.#errors.handle({ ...labels, code: this.#codes.admit(code ?? 'none') }).add();
        };
      },
    };
  }

  #outcomeHandles(labels: Pick<InFlight, 'component' | 'operation'>): Readonly<Record<RequestOutcome, CountHandle>> {
    const count = (outcome: RequestOutcome): CountHandle => this.#total.handle({ ...labels, outcome });
    return {
      success: count('success'),
      user_error: count('user_error'),
      system_error: count('system_error'),
      throttled: count('throttled'),
    };
  }
}

function showInFlight(inFlight: readonly InFlight[], registry: Registry): void {
  new Gauge({
    name: 'kinesis_autoscaler_requests_in_flight',
    help: 'Calls that have begun and not ended.',
    labelNames: callLabels,
    registers: [registry],
    collect() {
      for (const { component, operation, calls } of inFlight) this.set({ component, operation }, calls);
    },
  });
}
