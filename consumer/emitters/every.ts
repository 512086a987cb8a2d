import type { Emitter } from '../ports.ts';

/**
 * Publishes to several emitters. One that fails does not keep the sample from the others; failures are reported
 * together.
 */
export function createEveryEmitter(emitters: readonly Emitter[]): Emitter {
  return {
    emit: async (metric, abortSignal) => {
      await settleAll(emitters.map((emitter) => emitter.emit(metric, abortSignal)));
    },
    close: async () => {
      await settleAll(emitters.map((emitter) => emitter.close()));
    },
  };
}

async function settleAll(calls: readonly Promise<void>[]): Promise<void> {
  const failures = (await Promise.allSettled(calls))
    .filter((each) => each.status === 'rejected')
    .map((each) => each.reason);
  if (failures.length === 1) throw failures[0];
  if (failures.length > 1)
    throw new AggregateError(
      failures,
      failures.map((each) => (each instanceof Error ? each.message : String(each))).join('; '),
    );
}
