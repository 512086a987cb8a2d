/**
 * AWS at wire level for the few calls that the consumer side makes: AWS JSON over HTTP, as the SDK clients speak it.
 * A test says what each operation answers, and reads what was asked.
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface AwsCall {
  readonly operation: string;
  readonly input: Record<string, unknown>;
}
/** Returns the answer's JSON; throws an AwsFault for an error answer. */
export type AwsAnswers = Readonly<Record<string, (input: Record<string, unknown>) => object | Promise<object>>>;

export class AwsFault extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, status = 400) {
    super(code);
    this.code = code;
    this.status = status;
  }
}

export interface AwsWire {
  readonly url: string;
  readonly calls: readonly AwsCall[];
  /** What an SDK client needs to talk to it. */
  readonly settings: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { accessKeyId: string; secretAccessKey: string };
  };
}

export async function startAwsWire(answers: AwsAnswers): Promise<AwsWire> {
  const calls: AwsCall[] = [];
  const server = createServer(async (request, response) => {
    const operation = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
    const input = JSON.parse((await bodyOf(request)) || '{}');
    calls.push({ operation, input });
    const { status, body } = await answerOf(answers[operation], input);
    const content = JSON.stringify(body);
    // With the length, as AWS answers.
    const headers = { 'content-type': 'application/x-amz-json-1.0', 'content-length': Buffer.byteLength(content) };
    response.writeHead(status, headers);
    response.end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    calls,
    settings: { endpoint: url, region: 'eu-west-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } },
  };
}

async function answerOf(
  answer: AwsAnswers[string] | undefined,
  input: Record<string, unknown>,
): Promise<{ status: number; body: object }> {
  try {
    if (answer === undefined) throw new AwsFault('UnknownOperationException');
    return { status: 200, body: await answer(input) };
  } catch (error) {
    if (!(error instanceof AwsFault)) throw error;
    return { status: error.status, body: { __type: error.code, message: error.code } };
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
