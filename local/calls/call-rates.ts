/**
 * AWS's call rates, per account and region, as token buckets on the clock: a second's worth may come at once.
 * UpdateShardCount is missing here: the Kinesis model counts it. Sources: Kinesis and CloudWatch quota pages; Lambda's API quotas.
 */
import { awsFacts } from '../../core/aws-facts.ts';
import { AwsServiceError } from '../../simulator/models/aws-service-error.ts';
import type { Clock } from '../../simulator/models/clock.ts';
import type { ApiCall } from '../wire/api-call.ts';

/** Calls a second, by `service:operation`; those of Lambda's control plane together are `lambda`. */
export const AWS_CALL_RATES: Readonly<Record<string, number>> = {
  'kinesis:AddTagsToStream': awsFacts.addTagsToStreamRate.value,
  'kinesis:CreateStream': 5,
  'kinesis:DeleteStream': 5,
  'kinesis:DescribeLimits': awsFacts.describeLimitsRate.value,
  'kinesis:DescribeStream': 10,
  'kinesis:DescribeStreamSummary': awsFacts.describeStreamSummaryRate.value,
  'kinesis:ListShards': 1_000,
  'kinesis:ListStreams': 5,
  'kinesis:ListTagsForStream': awsFacts.listTagsForStreamRate.value,
  'kinesis:MergeShards': 5,
  'kinesis:RemoveTagsFromStream': 5,
  'kinesis:SplitShard': 5,
  'cloudwatch:DeleteAlarms': 3,
  'cloudwatch:DescribeAlarms': awsFacts.describeAlarmsRate.value,
  'cloudwatch:PutMetricAlarm': awsFacts.putMetricAlarmRate.value,
  'cloudwatch:SetAlarmState': awsFacts.setAlarmStateRate.value,
  'cloudwatch:TagResource': 20,
  'cloudwatch:ListTagsForResource': awsFacts.alarmListTagsRate.value,
  lambda: awsFacts.lambdaControlPlaneRate.value,
  'tagging:GetResources': 15,
};

export class CallRates {
  readonly #clock: Clock;
  readonly #rates: Readonly<Record<string, number>>;
  readonly #buckets = new Map<string, { tokens: number; atMs: number }>();

  constructor(clock: Clock, rates: Readonly<Record<string, number>> = AWS_CALL_RATES) {
    this.#clock = clock;
    this.#rates = rates;
  }

  /** @throws AwsServiceError in the spelling of the call's service if the rate is exceeded. */
  admit(call: ApiCall): void {
    const quota = quotaOf(call);
    const rate = this.#rates[quota];
    if (rate === undefined) return;
    const key = `${call.region} ${quota}`;
    const nowMs = this.#clock.nowMs();
    const bucket = this.#buckets.get(key) ?? { tokens: rate, atMs: nowMs };
    bucket.tokens = Math.min(rate, bucket.tokens + ((nowMs - bucket.atMs) * rate) / 1000);
    bucket.atMs = nowMs;
    this.#buckets.set(key, bucket);
    if (bucket.tokens < 1) throw rateExceeded(call);
    bucket.tokens -= 1;
  }
}

/** Invoke and GetFunction have quotas of their own, which are not in the way here. */
function quotaOf({ service, operation }: ApiCall): string {
  const isControl = service === 'lambda' && operation !== 'Invoke' && operation !== 'GetFunction';
  return isControl ? 'lambda' : `${service}:${operation}`;
}

function rateExceeded(call: ApiCall): AwsServiceError {
  switch (call.service) {
    case 'kinesis':
      return new AwsServiceError('LimitExceededException', `Rate exceeded for ${call.operation} in account.`);
    case 'lambda':
      return new AwsServiceError('TooManyRequestsException', 'Rate exceeded');
    case 'cloudwatch':
      return new AwsServiceError(call.protocol === 'query' ? 'Throttling' : 'ThrottlingException', 'Rate exceeded');
    default:
      return new AwsServiceError('ThrottlingException', 'Rate exceeded');
  }
}
