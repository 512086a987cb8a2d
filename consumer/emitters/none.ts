import type { Emitter } from '../ports.ts';

/** Publishes nothing: for a dry run, and for signals that only the external scaler reads. */
export function createNoneEmitter(): Emitter {
  return { emit: async () => {}, close: async () => {} };
}
