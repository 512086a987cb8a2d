import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { retryStrategy, waitMs } from '../../../lambda/aws/retry.ts';

const settings = { shortestWaitMs: 1_000, longestWaitMs: 3_000, retries: 30, callTimeoutMs: 5_000 };

/** How often a call is sent when it always fails so. */
async function attempts(errorType: 'THROTTLING' | 'TRANSIENT' | 'SERVER_ERROR' | 'CLIENT_ERROR', retries: number) {
  const strategy = retryStrategy({ ...settings, retries }, () => 0.5);
  let token = await strategy.acquireInitialRetryToken('scope');
  let sent = 1;
  try {
    for (; ; sent += 1) token = await strategy.refreshRetryTokenForRetry(token, { errorType });
  } catch {
    return sent;
  }
}

describe('how often a call is sent', () => {
  it.each([
    ['THROTTLING', 30, 31],
    ['THROTTLING', 0, 1],
    ['THROTTLING', 1, 2],
    ['SERVER_ERROR', 30, 5],
    ['TRANSIENT', 30, 5],
    ['TRANSIENT', 2, 3],
    ['TRANSIENT', 0, 1],
    ['CLIENT_ERROR', 30, 1],
  ] as const)('%s with %i retries: %i times', async (errorType, retries, sent) => {
    expect(await attempts(errorType, retries)).toBe(sent);
  });
});

describe('the wait', () => {
  it.each([
    [0, 0, 1_000],
    [0, 0.5, 1_500],
    [0, 1, 2_000],
    [1, 1, 3_000],
    [10, 1, 3_000],
    [10, 0.5, 2_000],
  ])('after %i resends with a draw of %d is %i ms', (count, draw, expected) => {
    expect(waitMs(count, settings, () => draw)).toBe(expected);
  });

  it('lies between shortest and longest, whatever they are, and grows', () => {
    const ms = fc.integer({ min: 0, max: 60_000 });
    fc.assert(
      fc.property(ms, ms, fc.nat(100), fc.double({ min: 0, max: 1, noNaN: true }), (one, other, count, draw) => {
        const [shortestWaitMs, longestWaitMs] = [Math.min(one, other), Math.max(one, other)];
        const own = { ...settings, shortestWaitMs, longestWaitMs };
        const wait = waitMs(count, own, () => draw);
        expect(wait).toBeGreaterThanOrEqual(shortestWaitMs);
        expect(wait).toBeLessThanOrEqual(longestWaitMs);
        expect(waitMs(count + 1, own, () => draw)).toBeGreaterThanOrEqual(wait);
      }),
    );
  });

  it('is none before the first attempt', async () => {
    const token = await retryStrategy(settings).acquireInitialRetryToken('scope');
    expect([token.getRetryCount(), token.getRetryDelay?.()]).toEqual([0, 0]);
  });

  it('is handed on with the count of resends', async () => {
    const strategy = retryStrategy(settings, () => 1);
    const first = await strategy.acquireInitialRetryToken('scope');
    const second = await strategy.refreshRetryTokenForRetry(first, { errorType: 'THROTTLING' });
    expect([second.getRetryCount(), second.getRetryDelay?.()]).toEqual([1, 2_000]);
  });
});
