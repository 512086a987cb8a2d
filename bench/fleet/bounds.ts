/**
 * How fast AWS lets it be done: of all calls that the work needs, the one whose account-wide rate takes longest.
 *
 * AWS lets a second's worth of each come at once. The reconciler takes half of each rate, evenly: others in the account have
 * work to do as well, and its bound is that half.
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
  /** Calls that need not wait. */
  readonly atOnce: number;
}

/** Scaling a stream whose alarm fired: the least that both alarms, the stream and its tags need. */
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

/** Looking at a stream that agrees; its tags come with those of all others. */
export function cleanBound(streams: number): Bound {
  const alarmCalls = Math.ceil((2 * streams) / awsFacts.describeAlarmsBatch.value);
  return slowest([
    atHalfRate('DescribeStreamSummary', streams, awsFacts.describeStreamSummaryRate.value),
    atHalfRate('DescribeAlarms', alarmCalls, awsFacts.describeAlarmsRate.value),
  ]);
}

/** Making both alarms of streams that ask by their tag. */
export function makingBound(streams: number): Bound {
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
