/** Calls made (AWS) and calls answered (gRPC): in flight, duration, outcome. */
import { Gauge, Histogram, type Registry } from 'prom-client';
import { otherLabel } from '../decision/label-budget.ts';
import { type CountHandle, HotCounter } from './hot-counter.ts';

export const requestOutcomes = ['success', 'user_error', 'system_error', 'throttled'] as const;
export type RequestOutcome = (typeof requestOutcomes)[number];

/** Begins one call; what it returns ends it. Ending twice counts once. */
export interface RequestHandle {
  readonly start: () => (outcome: RequestOutcome) => void;
}

export interface RequestObserver {
  /** The handle of an operation; resolve it once, not per call. Operations that are not known share `_other`. */
  readonly operation: (name: string) => RequestHandle;
}

/** Counted here and shown at the scrape. */
interface InFlight {
  readonly component: string;
  readonly operation: string;
  calls: number;
}

export class RequestMetrics {
  readonly #inFlight: InFlight[] = [];
  readonly #duration: Histogram | undefined;
  readonly #total: HotCounter<'component' | 'operation' | 'outcome'>;

  constructor(registry: Registry | undefined) {
    const labelNames = ['component', 'operation'] as const;
    this.#total = new HotCounter(
      {
        name: 'kinesis_autoscaler_requests_total',
        help: 'Calls that have ended, by outcome.',
        labelNames: [...labelNames, 'outcome'],
      },
      registry,
    );
    if (registry === undefined) return;
    const inFlight = this.#inFlight;
    new Gauge({
      name: 'kinesis_autoscaler_requests_in_flight',
      help: 'Calls that have begun and not ended.',
      labelNames,
      registers: [registry],
      collect() {
        for (const { component, operation, calls } of inFlight) this.set({ component, operation }, calls);
      },
    });
    this.#duration = new Histogram({
      name: 'kinesis_autoscaler_request_duration_seconds',
      help: 'Time from the beginning of a call to its end.',
      labelNames,
      buckets: [0.001, 0.005, 0.025, 0.1, 0.25, 1, 2.5, 10, 30],
      registers: [registry],
    });
  }

  /** The observer of one component. All series of its operations exist from then on. */
  component(component: string, operations: readonly string[]): RequestObserver {
    const handles = new Map<string, RequestHandle>();
    for (const operation of [...operations, otherLabel]) handles.set(operation, this.#handle(component, operation));
    const other = handles.get(otherLabel) ?? this.#handle(component, otherLabel);
    return { operation: (name) => handles.get(name) ?? other };
  }

  #handle(component: string, operation: string): RequestHandle {
    const inFlight: InFlight = { component, operation, calls: 0 };
    this.#inFlight.push(inFlight);
    const duration = this.#duration?.labels(component, operation);
    const count = (outcome: RequestOutcome): CountHandle => this.#total.handle({ component, operation, outcome });
    const outcomes: Readonly<Record<RequestOutcome, CountHandle>> = {
      success: count('success'),
      user_error: count('user_error'),
      system_error: count('system_error'),
      throttled: count('throttled'),
    };
    return {
      start: () => {
        const startedAtMs = performance.now();
        let ended = false;
        inFlight.calls += 1;
        return (outcome) => {
          if (ended) return;
          ended = true;
          inFlight.calls -= 1;
          duration?.observe((performance.now() - startedAtMs) / 1000);
          outcomes[outcome].add();
        };
      },
    };
  }
}
