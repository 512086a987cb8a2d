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

export const serviceName = 'externalscaler.ExternalScaler';

export interface ScaledObjectRef {
  readonly name: string;
  readonly namespace: string;
  readonly scalerMetadata: Readonly<Record<string, string>>;
}
export interface IsActiveResponse {
  readonly result: boolean;
}
export interface MetricSpec {
  readonly metricName: string;
  readonly targetSize: number;
  readonly targetSizeFloat: number;
}
export interface GetMetricSpecResponse {
  readonly metricSpecs: readonly MetricSpec[];
}
export interface GetMetricsRequest {
  readonly scaledObjectRef: ScaledObjectRef | null;
  readonly metricName: string;
}
export interface MetricValue {
  readonly metricName: string;
  readonly metricValue: number;
  readonly metricValueFloat: number;
}
export interface GetMetricsResponse {
  readonly metricValues: readonly MetricValue[];
}

const protoPath = fileURLToPath(new URL('./externalscaler.proto', import.meta.url));

/** The client constructor; its `service` is what a server implements. */
export function loadExternalScaler(): ServiceClientConstructor {
  const definition = loadSync(protoPath, { keepCase: true, longs: Number, defaults: true });
  const { ExternalScaler } = loadPackageDefinition(definition).externalscaler as GrpcObject;
  return ExternalScaler as ServiceClientConstructor;
}

export type ExternalScalerService = ServiceDefinition<UntypedServiceImplementation>;
