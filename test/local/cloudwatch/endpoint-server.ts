/** The CloudWatch endpoint alone behind HTTP, as local AWS's server would put it, on a free loopback port. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { cloudWatchEndpoint } from '../../../local/cloudwatch/cloudwatch-endpoint.ts';
import { cloudWatchErrorAnswer } from '../../../local/cloudwatch/error-answer.ts';
import { assertModelled, assertServed } from '../../../local/parameters/assert-modelled.ts';
import type { ApiCall, ApiResponse, ServiceEndpoint } from '../../../local/wire/api-call.ts';
import { findRoute } from '../../../local/wire/route.ts';
import { AwsServiceError } from '../../../simulator/models/aws-service-error.ts';
import type { AlarmNotification } from '../../../simulator/models/cloudwatch/alarm/alarm-notification.ts';
import { CloudWatchModel } from '../../../simulator/models/cloudwatch/cloudwatch-model.ts';

/** Long enough that two writes that are sent together always overlap, also on a busy machine. */
const alarmWriteMs = 40;

export interface EndpointServer {
  readonly endpoint: string;
  readonly model: CloudWatchModel;
  readonly notifications: AlarmNotification[];
  /** The protocols that were spoken, in order. */
  readonly spoken: string[];
  nowMs: number;
  close(): Promise<void>;
}

export async function startEndpointServer(nowMs: number): Promise<EndpointServer> {
  const notifications: AlarmNotification[] = [];
  const spoken: string[] = [];
  const model = new CloudWatchModel({
    clock: { nowMs: () => started.nowMs },
    accountId: '123456789012',
    region: 'eu-west-1',
    notify: (notification) => notifications.push(notification),
  });
  const cloudWatch = cloudWatchEndpoint(model, { alarmWriteMs });
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const raw = Buffer.concat(chunks);
    const url = new URL(request.url ?? '/', 'http://localhost');
    const apiRequest = {
      method: request.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      body: request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw,
    };
    const call: ApiCall = {
      ...findRoute(apiRequest),
      request: apiRequest,
      requestId: 'request-1',
      region: 'eu-west-1',
      caller: { kind: 'external' },
    };
    spoken.push(call.protocol);
    const answer = await answerTo(cloudWatch, call).catch((error: unknown) => {
      if (error instanceof AwsServiceError) return cloudWatchErrorAnswer(error, call);
      throw error;
    });
    response.writeHead(answer.status, { ...answer.headers, 'x-amzn-requestid': call.requestId }).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const started: EndpointServer = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    model,
    notifications,
    spoken,
    nowMs,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return started;
}

async function answerTo(cloudWatch: ServiceEndpoint, call: ApiCall): Promise<ApiResponse> {
  assertServed(call);
  const input = cloudWatch.parse(call);
  assertModelled(call, input);
  return cloudWatch.handle(call, input);
}
