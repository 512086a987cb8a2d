/** A real gRPC client of the external scaler, as KEDA is one. */
import {
  type ChannelCredentials,
  type Client,
  type ClientReadableStream,
  credentials,
  loadPackageDefinition,
  type ServiceError,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { protoPath } from 'grpc-health-check';
import {
  type GetMetricSpecResponse,
  type GetMetricsResponse,
  type IsActiveResponse,
  loadExternalScaler,
  type ScaledObjectRef,
} from '../../../consumer/external-scaler/protocol.ts';

export interface KedaClient {
  readonly isActive: (metadata: Metadata) => Promise<IsActiveResponse>;
  readonly getMetricSpec: (metadata: Metadata) => Promise<GetMetricSpecResponse>;
  readonly getMetrics: (metadata: Metadata, metricName: string) => Promise<GetMetricsResponse>;
  readonly streamIsActive: (metadata: Metadata) => ClientReadableStream<IsActiveResponse>;
  readonly streamMetricSpec: (metadata: Metadata) => ClientReadableStream<GetMetricSpecResponse>;
  readonly health: (service: string) => Promise<string>;
  readonly close: () => void;
}

/** Clients of one process would otherwise share a connection; KEDA's operator and metrics server are two. */
const ownConnection = { 'grpc.use_local_subchannel_pool': 1 };

type Metadata = Readonly<Record<string, string>>;

export function connectKeda(address: string, channel: ChannelCredentials = credentials.createInsecure()): KedaClient {
  const ExternalScaler = loadExternalScaler();
  const client = new ExternalScaler(address, channel, ownConnection);
  const health = healthClient(address, channel);
  return {
    isActive: (metadata) => call(client, 'IsActive', refOf(metadata)),
    getMetricSpec: (metadata) => call(client, 'GetMetricSpec', refOf(metadata)),
    getMetrics: (metadata, metricName) => call(client, 'GetMetrics', { scaledObjectRef: refOf(metadata), metricName }),
    streamIsActive: (metadata) => open(client, 'StreamIsActive', refOf(metadata)),
    streamMetricSpec: (metadata) => open(client, 'StreamMetricSpec', refOf(metadata)),
    health: async (service) => (await call<{ status: string }>(health, 'Check', { service })).status,
    close: () => {
      client.close();
      health.close();
    },
  };
}

function refOf(scalerMetadata: Metadata): ScaledObjectRef {
  return { name: 'worker', namespace: 'default', scalerMetadata };
}

function call<Response>(client: Client, method: string, request: object): Promise<Response> {
  return new Promise((resolve, reject) => {
    Reflect.get(client, method).call(client, request, (error: ServiceError | null, response: Response) => {
      if (error === null) resolve(response);
      else reject(error);
    });
  });
}

function open<Response>(client: Client, method: string, request: object): ClientReadableStream<Response> {
  return Reflect.get(client, method).call(client, request);
}

interface HealthPackage {
  grpc: { health: { v1: { Health: new (address: string, channel: ChannelCredentials, options: object) => Client } } };
}

function healthClient(address: string, channel: ChannelCredentials): Client {
  const loaded: unknown = loadPackageDefinition(loadSync(protoPath, { keepCase: true, enums: String, defaults: true }));
  const { Health } = (loaded as HealthPackage).grpc.health.v1;
  return new Health(address, channel, ownConnection);
}
