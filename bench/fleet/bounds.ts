/**
 * The least time that AWS's call rates allow: the call whose account-wide rate takes longest sets it.
 *
 * AWS accepts one second's worth of calls at once. The reconciler leaves half of each rate to others in the account, so its
 * bound is half the rate.
 */
import { awsFacts } from '../../core/aws-facts.ts';

export interface Bound {
  readonly seconds: number;
  /** The call that sets it, with its arithmetic. */
  readonly because: string;
}

interface Need {
  readonly operation: string;
  readonly calls: number;
  readonly perSecond: number;
  /** Calls that AWS accepts without a wait. */
  readonly atOnce: number;
}

/** Scaling a stream whose alarm fired: the fewest calls for both alarms, the stream and its tags. */
export function stormBound(streams: number): Bound {
  return slowest([
    atFullRate('DescribeStreamSummary', streams, awsFacts.describeStreamSummaryRate.value),
    atFullRate('ListTagsForStream', streams, awsFacts.listTagsForStreamRate.value),
    atFullRate('AddTagsToStream', streams, awsFacts.addTagsToStreamRate.value),
    atFullRate('UpdateShardCount', streams, awsFacts.updateShardCountRate.value),
    atFullRate('PutMetricAlarm', 2 * streams, awsFacts.putMetricAlarmRate.value),
    atFullRate('SetAlarmState', streams, awsFacts.setAlarmStateRate.value),
  ]);
}

/** Reading a stream that agrees; the tags of all streams come together. */
export function cleanBound(streams: number): Bound {
  const alarmCalls = Math.ceil((2 * streams) / awsFacts.describeAlarmsBatch.value);
  return slowest([
    atHalfRate('DescribeStreamSummary', streams, awsFacts.describeStreamSummaryRate.value),
    atHalfRate('DescribeAlarms', alarmCalls, awsFacts.describeAlarmsRate.value),
  ]);
}

/** Creating both alarms of streams that opt in by their tag. */
export function createAlarmsBound(streams: number): Bound {
  return slowest([atHalfRate('PutMetricAlarm', 2 * streams, awsFacts.putMetricAlarmRate.value)]);
}

function atFullRate(operation: string, calls: number, perSecond: number): Need {
  return { operation, calls, perSecond, atOnce: perSecond };
}

function atHalfRate(operation: string, calls: number, perSecond: number): Need {
  return { operation, calls, perSecond: perSecond / 2, atOnce: 1 };
}

function slowest(needs: readonly Need[]): Bound {
  const bounds = needs.map(({ operation, calls, perSecond, atOnce }) => ({
    seconds: (calls - atOnce) / perSecond,
    because: `(${calls} - ${atOnce}) ${operation} / ${perSecond} a second`,
  }));
  return bounds.reduce((slower, bound) => (bound.seconds > slower.seconds ? bound : slower));
}
