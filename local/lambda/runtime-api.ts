/** The Runtime API of one execution environment: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface RuntimeApiEvents {
  /** The runtime asks for its next invocation; it is given by `give`, now or later. */
  readonly onNext: () => void;
  readonly onResponse: (requestId: string, payload: string) => void;
  readonly onError: (requestId: string, payload: string) => void;
  readonly onInitError: (payload: string) => void;
}

export interface RuntimeApi {
  /** `host:port`, as `AWS_LAMBDA_RUNTIME_API` wants it. */
  readonly address: string;
  give(headers: Readonly<Record<string, string>>, payload: string): void;
  close(): void;
}

const PREFIX = '/2018-06-01/runtime';
const ANSWER_PATH = /^\/invocation\/([^/]+)\/(response|error)$/;

export async function startRuntimeApi(events: RuntimeApiEvents): Promise<RuntimeApi> {
  let poll: ServerResponse | undefined;
  const server = createServer((request, response) => {
    const path = request.url?.startsWith(PREFIX) === true ? request.url.slice(PREFIX.length) : '';
    if (request.method === 'GET' && path === '/invocation/next') {
      poll = response;
      events.onNext();
      return;
    }
    void readText(request).then((body) => {
      const answer = ANSWER_PATH.exec(path);
      const [, requestId = '', kind] = answer ?? [];
      if (kind === 'response') events.onResponse(decodeURIComponent(requestId), body);
      else if (kind === 'error') events.onError(decodeURIComponent(requestId), body);
      else if (path === '/init/error') events.onInitError(body);
      response.writeHead(answer === null && path !== '/init/error' ? 404 : 202).end('{"status":"OK"}');
    });
  });
  server.keepAliveTimeout = 0;
  const port = await listen(server);
  return {
    address: `127.0.0.1:${port}`,
    give(headers, payload) {
      poll?.writeHead(200, { 'content-type': 'application/json', ...headers }).end(payload);
      poll = undefined;
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
