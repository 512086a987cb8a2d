import { expect } from 'vitest';

/** Looks again and again until the expectation holds, for as long as a busy machine needs. */
export function eventually<Value>(look: () => Value | Promise<Value>) {
  return expect.poll(look, { timeout: 20_000 });
}
