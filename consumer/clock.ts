import type { Clock } from './ports.ts';

/** The machine's clock. Its timers end with the signal, so nothing is left running after an abort. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  sleep: (ms, abortSignal) =>
    new Promise((resolve) => {
      if (abortSignal?.aborted) {
        resolve();
        return;
      }
      const finish = (): void => {
        clearTimeout(timer);
        abortSignal?.removeEventListener('abort', finish);
        resolve();
      };
      const timer = setTimeout(finish, ms);
      abortSignal?.addEventListener('abort', finish, { once: true });
    }),
};
