/** Counts the HTTP requests that the function has under way; those of the runtime client itself do not count. */
import { channel } from 'node:diagnostics_channel';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { CLOCK_HEADER } from './messages.ts';

export interface RequestsInFlight {
  readonly inFlight: number;
}

/**
 * @param onChange called when a request has begun or ended.
 * @param onAnswer called with the clock's time that an answer of local AWS carries.
 */
export function watchRequests(onChange: () => void, onAnswer: (clockMs: number) => void): RequestsInFlight {
  const counts = { inFlight: 0 };
  const open = new WeakSet<object>();
  const begin = (request: object): void => {
    open.add(request);
    counts.inFlight += 1;
    onChange();
  };
  const end = (request: object): void => {
    if (!open.delete(request)) return;
    counts.inFlight -= 1;
    onChange();
  };

  channel('http.client.request.start').subscribe((message) => {
    const { request } = message as { readonly request: ClientRequest };
    if (request.path.startsWith('/2018-06-01/runtime/')) return;
    begin(request);
    // Answered, failed or given up: 'close' is what they have in common.
    request.once('close', () => end(request));
  });
  channel('http.client.response.finish').subscribe((message) => {
    const { request, response } = message as { readonly request: ClientRequest; readonly response: IncomingMessage };
    const header = response.headers[CLOCK_HEADER];
    if (header !== undefined && open.has(request)) onAnswer(Number(header));
  });
  channel('http2.client.stream.start').subscribe((message) => {
    const { stream } = message as { readonly stream: NodeJS.EventEmitter };
    begin(stream);
    stream.once('response', (headers: Record<string, string>) => {
      const header = headers[CLOCK_HEADER];
      if (header !== undefined) onAnswer(Number(header));
    });
    stream.once('close', () => end(stream));
  });
  return counts;
}
