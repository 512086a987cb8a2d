/** The options of `serve` and what it has opened, for everything that it starts. */
import type { Registry } from 'prom-client';
import type { AwsInstrumentation } from '../monitor/aws-instrumentation.ts';
import type { Clock, Log } from '../ports.ts';
import type { Backends } from './backends.ts';
import type { ServeConfig } from './config-schema.ts';
import type { Readiness } from './readiness.ts';
import type { Secrets } from './secrets.ts';
import type { ServeMetrics } from './serve-metrics.ts';
import type { ServeReport } from './serve-report.ts';

export interface ServeOptions {
  readonly config: ServeConfig;
  readonly secrets: Secrets;
  /** Stops everything, in order; the promise of `stopped` then resolves. */
  readonly abortSignal: AbortSignal;
  readonly log: Log;
  readonly clock?: Clock;
}

export interface Parts {
  readonly options: ServeOptions;
  readonly clock: Clock;
  readonly registry: Registry;
  readonly metrics: ServeMetrics;
  readonly backends: Backends;
  readonly instrumentation: AwsInstrumentation;
  readonly report: ServeReport;
  readonly readiness: Readiness;
  readonly abortSignal: AbortSignal;
}
