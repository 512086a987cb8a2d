/** Counts the bytes of the messages of a gRPC service, where they are read and written. */
import type { ServiceDefinition } from '@grpc/grpc-js';
import type { RequestObserver } from '../monitor/request-observer.ts';

/** The same service; without an observer nothing is counted. */
export function measureBytes(service: ServiceDefinition, requests: RequestObserver | undefined): ServiceDefinition {
  if (requests === undefined) return service;
  const measured = Object.entries(service).map(([name, method]) => {
    const { requestBytes, responseBytes } = requests.operation(name);
    const { requestDeserialize, responseSerialize } = method;
    return [
      name,
      {
        ...method,
        requestDeserialize: (bytes: Buffer) => {
          requestBytes.add(bytes.length);
          return requestDeserialize(bytes);
        },
        responseSerialize: (response: unknown) => {
          const bytes = responseSerialize(response);
          responseBytes.add(bytes.length);
          return bytes;
        },
      },
    ];
  });
  return Object.fromEntries(measured);
}
