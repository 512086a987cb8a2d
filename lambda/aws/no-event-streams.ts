/**
 * Stands in the bundle for `@smithy/core/event-streams` (an alias of the build). Event streams carry SubscribeToShard and
 * InvokeWithResponseStream, which no function calls; the clients load the code for them all the same, 20 kB of it.
 */
export function eventStreamSerdeProvider(): Record<string, never> {
  return {};
}

export function resolveEventStreamSerdeConfig<T>(config: T): T {
  return config;
}

/** The SDK constructs it only for an operation that streams events. */
export class EventStreamSerde {
  constructor() {
    throw new TypeError('the bundle holds no event streams: see infra/function-bundle.ts');
  }
}
