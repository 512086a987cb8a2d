/**
 * The one endpoint: HTTP/1.1 and HTTP/2 without TLS on the same loopback port (the JavaScript Kinesis client speaks
 * HTTP/2 by default). It reads a request, finds out who calls what, and hands it to the pipeline.
 */
import { randomUUID } from 'node:crypto';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttp2Server, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import { AwsServiceError } from '../simulator/models/aws-service-error.ts';
import type { Scheduler } from '../simulator/models/clock.ts';
import type { CallOutcome, CallPipeline, Park } from './calls/call-pipeline.ts';
import type { ProcessActivity } from './lambda/process-activity.ts';
import { CLOCK_HEADER } from './lambda/runtime/messages.ts';
import type { ApiCall, ApiRequest, ApiResponse, Caller } from './wire/api-call.ts';
import { errorResponse, internalFailure } from './wire/error-response.ts';
import { findRoute } from './wire/route.ts';

/** The process behind an access key, where it is one of a function. */
export interface CallingProcess {
  readonly caller: Caller;
  readonly activity: ProcessActivity;
}

export interface ServerOptions {
  readonly clock: Scheduler;
  readonly pipeline: CallPipeline;
  readonly findProcess: (accessKeyId: string) => CallingProcess | undefined;
  /** Of callers that do not sign. */
  readonly region: string;
  /** 0 for any free one. */
  readonly port: number;
}

export interface LocalServer {
  readonly endpoint: string;
  close(): Promise<void>;
}

type Request = IncomingMessage | Http2ServerRequest;
type Response = ServerResponse | Http2ServerResponse;

const HTTP2_PREFACE = 'PRI * HTTP/2.0';
/** Access key, date, region: `Credential=AKIA…/20260101/eu-west-1/kinesis/aws4_request`. */
const CREDENTIAL = /Credential=([^/,\s]+)\/\d*\/([a-z0-9-]+)\//;

/** @throws Error if the port is taken. */
export async function startServer(options: ServerOptions): Promise<LocalServer> {
  const listener = (request: Request, response: Response): void => {
    void serve(options, request, response);
  };
  const http1 = createHttpServer(listener);
  // A connection that the server closes just as a client reuses it would be a fault that nobody asked for.
  http1.keepAliveTimeout = 0;
  const http2 = createHttp2Server(listener);
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket.setNoDelay(true));
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.once('readable', () => {
      const start: Buffer | null = socket.read();
      if (start === null) return;
      socket.unshift(start);
      const isHttp2 = start.toString('latin1', 0, HTTP2_PREFACE.length) === HTTP2_PREFACE;
      (isHttp2 ? http2 : http1).emit('connection', socket);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

async function serve(options: ServerOptions, request: Request, response: Response): Promise<void> {
  const { clock } = options;
  let releaseHold = clock.hold();
  const [, accessKeyId = '', region = options.region] = CREDENTIAL.exec(request.headers.authorization ?? '') ?? [];
  const process = options.findProcess(accessKeyId);
  const park: Park = () => {
    releaseHold();
    const unpark = process?.activity.park();
    return () => {
      releaseHold = clock.hold();
      unpark?.();
    };
  };
  try {
    const outcome = await performCall(options, { request: await readRequest(request), region, process }, park);
    switch (outcome.kind) {
      case 'answer':
        process?.activity.sent();
        write(response, outcome.response, clock.nowMs());
        break;
      case 'reset':
        request.socket.destroy();
        break;
      case 'no-answer': {
        const unpark = park();
        await new Promise((resolve) => response.once('close', resolve));
        unpark();
        break;
      }
    }
  } catch {
    // The client went away while it was sending; there is nobody to answer.
    request.socket?.destroy();
  } finally {
    releaseHold();
  }
}

interface SignedRequest {
  readonly request: ApiRequest;
  readonly region: string;
  readonly process: CallingProcess | undefined;
}

async function performCall(
  options: ServerOptions,
  { request, region, process }: SignedRequest,
  park: Park,
): Promise<CallOutcome> {
  const requestId = randomUUID();
  let call: ApiCall;
  try {
    call = { ...findRoute(request), request, requestId, region, caller: process?.caller ?? { kind: 'external' } };
  } catch (error) {
    const refusal = error instanceof AwsServiceError ? error : internalFailure(error);
    const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;
    return { kind: 'answer', response: errorResponse(refusal, { protocol: isForm ? 'query' : 'json', requestId }) };
  }
  const outcome = await options.pipeline.run(call, park);
  return outcome.kind === 'answer' ? { kind: 'answer', response: withRequestId(outcome.response, requestId) } : outcome;
}

async function readRequest(request: Request): Promise<ApiRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const raw = Buffer.concat(chunks);
  const url = new URL(request.url ?? '/', 'http://localhost');
  return {
    method: request.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers: request.headers,
    body: request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw,
  };
}

function withRequestId(response: ApiResponse, requestId: string): ApiResponse {
  return { ...response, headers: { 'x-amzn-requestid': requestId, ...response.headers } };
}

function write(response: Response, answer: ApiResponse, nowMs: number): void {
  const headers = {
    ...answer.headers,
    date: new Date(nowMs).toUTCString(),
    [CLOCK_HEADER]: String(nowMs),
  };
  const { body } = answer;
  // The two classes have the same methods, but no common type under which TypeScript would call them.
  const writer = response as ServerResponse;
  if (body instanceof Readable) {
    writer.writeHead(answer.status, headers);
    body.pipe(writer);
    writer.once('close', () => body.destroy());
    return;
  }
  writer.writeHead(answer.status, { ...headers, 'content-length': String(Buffer.byteLength(body)) });
  writer.end(body);
}
