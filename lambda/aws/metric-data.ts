/** What GetMetricData says of each metric beside its datapoints: an answer may be 200 and still not be one. */
import type { GetMetricDataCommandOutput, MetricDataResult } from '@aws-sdk/client-cloudwatch';
import { UnusableAnswer } from './calls.ts';

/**
 * The metrics of one page. Throws an UnusableAnswer, which becomes a failure of the call, where CloudWatch could not read one
 * (`InternalError`, `Forbidden`) or stopped short of its end (`PartialData` without another page): its missing datapoints
 * would look like no traffic, or no consumer (CloudWatch API reference, MetricDataResult).
 */
export function completeResults(
  page: Pick<GetMetricDataCommandOutput, 'MetricDataResults' | 'NextToken'>,
): readonly MetricDataResult[] {
  const { MetricDataResults: results = [], NextToken } = page;
  for (const { Id, StatusCode = 'Complete' } of results) {
    const goesOn = StatusCode === 'PartialData' && NextToken !== undefined;
    if (StatusCode === 'Complete' || goesOn) continue;
    throw new UnusableAnswer(StatusCode, `GetMetricData answered ${StatusCode} of ${Id ?? 'a metric'}`);
  }
  return results;
}
