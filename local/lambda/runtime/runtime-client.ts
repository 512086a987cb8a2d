/**
 * Stands in for the native module of aws-lambda-ric (`rapid-client.node`), which is not built here. The native one
 * posts synchronously; this one posts in the background and lets `next` wait for it. The runtime sees no
 * difference: it asks for the next invocation only after it has answered the last.
 */
import { Agent, type IncomingHttpHeaders, request } from 'node:http';

interface Invocation {
  readonly bodyJson: string;
  readonly headers: IncomingHttpHeaders;
}

export interface RuntimeClient {
  next(): Promise<Invocation>;
  done(requestId: string, response: string): void;
  error(requestId: string, response: string, xrayResponse: string): void;
}

/**
 * @param runtimeApi `host:port` of the Runtime API.
 * @param onInvocation called with the headers of each invocation before the handler runs.
 * @param onAnswer called just before an answer is posted.
 */
export function createRuntimeClient(
  runtimeApi: string,
  onInvocation: (headers: IncomingHttpHeaders) => void,
  onAnswer: (requestId: string) => void,
): RuntimeClient {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const [host = '127.0.0.1', port] = runtimeApi.split(':');
  let posted: Promise<unknown> = Promise.resolve();

  const call = (method: string, path: string, body = '', headers = {}): Promise<Invocation> =>
    new Promise((resolve, reject) => {
      const sent = request(
        {
          host,
          port,
          method,
          path: `/2018-06-01/runtime${path}`,
          agent,
          headers: { ...headers, 'content-length': Buffer.byteLength(body) },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () => resolve({ bodyJson: Buffer.concat(chunks).toString(), headers: response.headers }));
          response.on('error', reject);
        },
      );
      sent.on('error', reject);
      sent.end(body);
    });

  return {
    async next() {
      await posted;
      const invocation = await call('GET', '/invocation/next');
      onInvocation(invocation.headers);
      return invocation;
    },
    done(requestId, response) {
      onAnswer(requestId);
      posted = call('POST', `/invocation/${requestId}/response`, response);
    },
    error(requestId, response, xrayResponse) {
      onAnswer(requestId);
      posted = call('POST', `/invocation/${requestId}/error`, response, {
        'lambda-runtime-function-xray-error-cause': xrayResponse,
      });
    },
  };
}
