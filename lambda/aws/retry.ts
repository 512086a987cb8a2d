/**
 * When a call is sent again, and after how long a wait. The SDK's own strategies give up after a fixed budget. A thousand
 * alarms at once need more patience, for CloudWatch allows three of their calls a second.
 */
import type { RetryErrorInfo, RetryStrategyV2, RetryToken } from '@smithy/types';
import type { RetrySettings } from '../../core/settings/deployment.ts';

/** After an error that is not throttling: when a call has failed so often, the next delivery makes it again. */
const retriesOfFaults = 4;

export function retryStrategy(settings: RetrySettings, random: () => number = Math.random): RetryStrategyV2 {
  return {
    acquireInitialRetryToken: async () => token(0, 0),
    refreshRetryTokenForRetry: async (last: RetryToken, error: RetryErrorInfo) => {
      const count = last.getRetryCount();
      const most = error.errorType === 'THROTTLING' ? settings.retries : Math.min(retriesOfFaults, settings.retries);
      if (error.errorType === 'CLIENT_ERROR' || count >= most) throw new Error('no more retries');
      return token(count + 1, waitMs(count, settings, random));
    },
    recordSuccess: () => undefined,
  };
}

/** Grows exponentially from the shortest wait to the longest, with full jitter above the shortest. */
export function waitMs(count: number, settings: RetrySettings, random: () => number): number {
  const ceiling = Math.min(settings.longestWaitMs, settings.shortestWaitMs * 2 ** (count + 1));
  return settings.shortestWaitMs + random() * Math.max(0, ceiling - settings.shortestWaitMs);
}

function token(count: number, delayMs: number): RetryToken {
  return { getRetryCount: () => count, getRetryDelay: () => delayMs };
}
