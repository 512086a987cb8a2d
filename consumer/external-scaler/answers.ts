/** What each rpc answers: pure but for the tracker that it asks. */
import { status } from '@grpc/grpc-js';
import { readMetadata, type ScalerRequest } from './metadata.ts';
import type {
  GetMetricSpecResponse,
  GetMetricsRequest,
  GetMetricsResponse,
  IsActiveResponse,
  ScaledObjectRef,
} from './protocol.ts';
import type { MissReason, TrackedValue, Tracker } from './tracker.ts';

export interface RpcFailure {
  readonly code: status;
  readonly details: string;
}
/** An rpc's failure is a value: only the server turns it into a gRPC status. */
export type Answer<Response> =
  | { readonly ok: true; readonly response: Response }
  | { readonly ok: false; readonly failure: RpcFailure };
export type WatchAnswer =
  | { readonly ok: true; readonly stop: () => void }
  | { readonly ok: false; readonly failure: RpcFailure };

/** Hears of every answer that was wanted from memory. */
export interface CacheObserver {
  readonly hit: () => void;
  readonly miss: (reason: MissReason) => void;
}

export interface Answers {
  readonly isActive: (ref: ScaledObjectRef) => Answer<IsActiveResponse>;
  readonly metricSpec: (ref: ScaledObjectRef) => Answer<GetMetricSpecResponse>;
  readonly metrics: (request: GetMetricsRequest) => Answer<GetMetricsResponse>;
  readonly watchActive: (ref: ScaledObjectRef, send: (response: IsActiveResponse) => void) => WatchAnswer;
  readonly watchMetricSpec: (ref: ScaledObjectRef, send: (response: GetMetricSpecResponse) => void) => WatchAnswer;
}

export function createAnswers(tracker: Tracker, cache?: CacheObserver): Answers {
  const read = (request: ScalerRequest): Answer<number> => {
    const value = tracker.read(request.entity);
    if (value.kind === 'hit') cache?.hit();
    else cache?.miss(value.reason);
    return toNumber(value);
  };

  return {
    isActive: (ref) =>
      withRequest(ref, (request) => mapAnswer(read(request), (value) => ({ result: value > request.activationSize }))),

    metricSpec: (ref) =>
      withRequest(ref, (request) => {
        // Any call begins the watch, so that the first GetMetrics finds a sample.
        tracker.read(request.entity);
        return { ok: true, response: specOf(request) };
      }),

    metrics: ({ scaledObjectRef, metricName }) =>
      withRequest(scaledObjectRef, (request) => {
        if (withoutTriggerIndex(metricName) !== request.metricName) {
          return fail(
            status.NOT_FOUND,
            `no metric ${JSON.stringify(metricName)}: this trigger has ${request.metricName}`,
          );
        }
        return mapAnswer(read(request), (value) => ({
          metricValues: [{ metricName, metricValue: toInteger(value), metricValueFloat: value }],
        }));
      }),

    watchActive: (ref, send) =>
      watchRequest(ref, (request) => {
        let last: boolean | undefined;
        const sendChange = (value: TrackedValue): void => {
          // KEDA keeps the state that it has until it is sent another one.
          if (value.kind === 'miss') return;
          const active = value.sample.value > request.activationSize;
          if (active !== last) send({ result: active });
          last = active;
        };
        sendChange(tracker.read(request.entity));
        return tracker.subscribe(request.entity, sendChange);
      }),

    watchMetricSpec: (ref, send) =>
      watchRequest(ref, (request) => {
        send(specOf(request));
        // The target of a trigger changes with its metadata only, which comes with a new call; the stream stays open.
        return tracker.subscribe(request.entity, () => {});
      }),
  };
}

/** Old clients read the integer: never less than the float, and never 0 for something. */
function specOf({ metricName, targetSize }: ScalerRequest): GetMetricSpecResponse {
  return { metricSpecs: [{ metricName, targetSize: toInteger(targetSize), targetSizeFloat: targetSize }] };
}

function toInteger(value: number): number {
  return Math.min(Math.ceil(value), Number.MAX_SAFE_INTEGER);
}

/**
 * KEDA numbers the triggers of a ScaledObject (`s0-backlog`) and takes the number off again before it asks; some
 * versions do not.
 */
function withoutTriggerIndex(metricName: string): string {
  return metricName.replace(/^s\d+-/, '');
}

function toNumber(value: TrackedValue): Answer<number> {
  return value.kind === 'hit' ? { ok: true, response: value.sample.value } : fail(status.UNAVAILABLE, value.because);
}

function withRequest<Response>(
  ref: ScaledObjectRef | null,
  answer: (request: ScalerRequest) => Answer<Response>,
): Answer<Response> {
  const metadata = readMetadata(ref?.scalerMetadata ?? {});
  return metadata.ok ? answer(metadata.request) : fail(status.INVALID_ARGUMENT, metadata.faults.join('; '));
}

function watchRequest(ref: ScaledObjectRef, watch: (request: ScalerRequest) => () => void): WatchAnswer {
  const metadata = readMetadata(ref.scalerMetadata);
  if (!metadata.ok) return fail(status.INVALID_ARGUMENT, metadata.faults.join('; '));
  return { ok: true, stop: watch(metadata.request) };
}

function mapAnswer<From, To>(answer: Answer<From>, map: (value: From) => To): Answer<To> {
  return answer.ok ? { ok: true, response: map(answer.response) } : answer;
}

function fail(code: status, details: string): { readonly ok: false; readonly failure: RpcFailure } {
  return { ok: false, failure: { code, details } };
}
