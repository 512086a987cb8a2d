/** The external scaler's contract as types, and the service definition that gRPC needs. */
import { fileURLToPath } from 'node:url';
import {
  type GrpcObject,
  loadPackageDefinition,
  type ServiceClientConstructor,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';

export const SERVICE_NAME = 'externalscaler.ExternalScaler';

export type ScaledObjectRef = {
  readonly name: string;
  readonly namespace: string;
  readonly scalerMetadata: Readonly<Record<string, string>>;
};
export type IsActiveResponse = { readonly result: boolean };
export type MetricSpec = { readonly metricName: string; readonly targetSize: number; readonly targetSizeFloat: number };
export type GetMetricSpecResponse = { readonly metricSpecs: readonly MetricSpec[] };
export type GetMetricsRequest = { readonly scaledObjectRef: ScaledObjectRef | null; readonly metricName: string };
export type MetricValue = {
  readonly metricName: string;
  readonly metricValue: number;
  readonly metricValueFloat: number;
};
export type GetMetricsResponse = { readonly metricValues: readonly MetricValue[] };

const PROTO_PATH = fileURLToPath(new URL('./externalscaler.proto', import.meta.url));

/** The client constructor; its `service` is what a server implements. */
export function loadExternalScaler(): ServiceClientConstructor {
  const definition = loadSync(PROTO_PATH, { keepCase: true, longs: Number, defaults: true });
  const { ExternalScaler } = loadPackageDefinition(definition).externalscaler as GrpcObject;
  return ExternalScaler as ServiceClientConstructor;
}

export type ExternalScalerService = ServiceDefinition<UntypedServiceImplementation>;
