/** The service's rpcs as gRPC handlers: answers turned into responses and statuses, streams freed when they end. */
import {
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import type { RequestObserver, RequestOutcome } from '../monitor/request-observer.ts';
import { type Answer, type CacheObserver, createAnswers, type RpcFailure, type WatchAnswer } from './answers.ts';
import type {
  GetMetricSpecResponse,
  GetMetricsRequest,
  GetMetricsResponse,
  IsActiveResponse,
  ScaledObjectRef,
} from './protocol.ts';
import type { Tracker } from './tracker.ts';

export const rpcNames = ['IsActive', 'StreamIsActive', 'GetMetricSpec', 'GetMetrics', 'StreamMetricSpec'] as const;
type RpcName = (typeof rpcNames)[number];

export interface RpcHandlerOptions {
  readonly tracker: Tracker;
  readonly requests?: RequestObserver;
  readonly cache?: CacheObserver;
}

/** A stream that has not ended; `fail` ends it with a status. */
export interface OpenStream {
  readonly fail: (failure: RpcFailure) => void;
}

/** The handlers; `streams` holds those streams that are open, for a server that stops. */
export function implementScaler(options: RpcHandlerOptions, streams: Set<OpenStream>): UntypedServiceImplementation {
  const answers = createAnswers(options.tracker, options.cache);
  return {
    IsActive: unary<ScaledObjectRef, IsActiveResponse>('IsActive', options, answers.isActive),
    GetMetricSpec: unary<ScaledObjectRef, GetMetricSpecResponse>('GetMetricSpec', options, answers.metricSpec),
    GetMetrics: unary<GetMetricsRequest, GetMetricsResponse>('GetMetrics', options, answers.metrics),
    StreamIsActive: stream<IsActiveResponse>('StreamIsActive', options, streams, answers.watchActive),
    StreamMetricSpec: stream<GetMetricSpecResponse>('StreamMetricSpec', options, streams, answers.watchMetricSpec),
  };
}

function unary<Request, Response>(
  name: RpcName,
  options: RpcHandlerOptions,
  answer: (request: Request) => Answer<Response>,
) {
  const handle = options.requests?.operation(name);
  return (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>): void => {
    const end = handle?.start();
    const result = answer(call.request);
    if (result.ok) end?.('success');
    else end?.(outcomeOf(result.failure.code), status[result.failure.code]);
    if (result.ok) callback(null, result.response);
    else callback(result.failure);
  };
}

/** Begins to send, and gives back what frees all that the sending holds. */
type Watch<Response> = (request: ScaledObjectRef, send: (response: Response) => void) => WatchAnswer;

function stream<Response>(name: RpcName, options: RpcHandlerOptions, streams: Set<OpenStream>, watch: Watch<Response>) {
  const handle = options.requests?.operation(name);
  return (call: ServerWritableStream<ScaledObjectRef, Response>): void => {
    const end = handle?.start();
    const watched = watch(call.request, (response) => call.write(response));
    if (!watched.ok) {
      end?.(outcomeOf(watched.failure.code), status[watched.failure.code]);
      call.emit('error', watched.failure);
      return;
    }
    const finish = (outcome: RequestOutcome): void => {
      watched.stop();
      streams.delete(open);
      end?.(outcome);
    };
    const open: OpenStream = {
      fail: (failure) => {
        finish('success');
        call.emit('error', failure);
      },
    };
    streams.add(open);
    // A stream ends when its client hangs up; that is its success.
    call.once('cancelled', () => finish('success'));
    call.once('close', () => finish('success'));
  };
}

function outcomeOf(code: status): RequestOutcome {
  switch (code) {
    case status.INVALID_ARGUMENT:
    case status.NOT_FOUND:
      return 'user_error';
    case status.RESOURCE_EXHAUSTED:
      return 'throttled';
    default:
      return 'system_error';
  }
}
