/** KEDA's side of the demo: a real gRPC client that calls the external scaler as KEDA does. */
import { credentials, type ServiceError } from '@grpc/grpc-js';
import {
  type GetMetricSpecResponse,
  type GetMetricsResponse,
  loadExternalScaler,
} from '../../consumer/external-scaler/protocol.ts';

export interface Keda {
  /** Undefined while the scaler has no sample: KEDA then leaves the replicas alone. */
  readonly readMetric: () => Promise<{ readonly value: number; readonly target: number } | undefined>;
  readonly close: () => void;
}

export function connectKeda(address: string, scalerMetadata: Readonly<Record<string, string>>): Keda {
  const ExternalScaler = loadExternalScaler();
  const client = new ExternalScaler(address, credentials.createInsecure());
  const ref = { name: 'billing', namespace: 'default', scalerMetadata };
  const call = <Response>(method: string, request: object): Promise<Response> =>
    new Promise((resolve, reject) => {
      const done = (error: ServiceError | null, response: Response): void =>
        error === null ? resolve(response) : reject(error);
      Reflect.get(client, method).call(client, request, done);
    });

  return {
    readMetric: async () => {
      try {
        const [spec] = (await call<GetMetricSpecResponse>('GetMetricSpec', ref)).metricSpecs;
        if (spec === undefined) return undefined;
        const { metricValues } = await call<GetMetricsResponse>('GetMetrics', {
          scaledObjectRef: ref,
          metricName: spec.metricName,
        });
        const [metric] = metricValues;
        return metric === undefined ? undefined : { value: metric.metricValueFloat, target: spec.targetSizeFloat };
      } catch {
        return undefined;
      }
    },
    close: () => client.close(),
  };
}
