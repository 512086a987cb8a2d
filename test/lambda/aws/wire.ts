/** An HTTP server on loopback that answers an SDK client as a test says, and remembers what it was asked. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  /** `UpdateShardCount`, or method and path for a REST service. */
  readonly operation: string;
  readonly body: Readonly<Record<string, unknown>>;
}
/** Undefined: no answer ever comes. `cut`: the connection is closed. */
export type Reply = { readonly status?: number; readonly body?: object } | 'cut' | undefined;

export class Wire {
  readonly asked: Asked[] = [];
  readonly #server: Server;
  #reply: (asked: Asked, nth: number) => Reply = () => ({});

  private constructor() {
    this.#server = createServer((request, response) => {
      void readBody(request).then((text) => {
        const target = request.headers['x-amz-target'];
        const operation =
          typeof target === 'string' ? (target.split('.').at(-1) ?? '') : `${request.method} ${request.url}`;
        const asked: Asked = { operation, body: text === '' ? {} : (JSON.parse(text) as Asked['body']) };
        this.asked.push(asked);
        const reply = this.#reply(asked, this.operations().filter((made) => made === operation).length);
        if (reply === undefined) return;
        if (reply === 'cut') {
          request.socket.destroy();
          return;
        }
        response.writeHead(reply.status ?? 200, { 'content-type': 'application/x-amz-json-1.1' });
        response.end(JSON.stringify(reply.body ?? {}));
      });
    });
  }

  static async open(): Promise<Wire> {
    const wire = new Wire();
    await new Promise<void>((resolve) => wire.#server.listen(0, '127.0.0.1', resolve));
    return wire;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** @param reply gets how often this operation was asked, this time included. */
  answer(reply: (asked: Asked, nth: number) => Reply): void {
    this.asked.length = 0;
    this.#reply = reply;
  }

  operations(): readonly string[] {
    return this.asked.map(({ operation }) => operation);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

export function awsError(code: string, status = 400): Reply {
  return { status, body: { __type: code, message: `AWS says ${code}` } };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
