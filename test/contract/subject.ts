/** What a case is asked of: something that answers as AWS does, as far as it goes. */
import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DescribeStreamSummaryCommand, type KinesisClient } from '@aws-sdk/client-kinesis';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { SNSClient } from '@aws-sdk/client-sns';

export type SubjectName = 'models' | 'local-aws' | 'throttling' | 'kinesis-local' | 'kinesis-local-updating' | 'moto';

export interface Subject {
  readonly name: SubjectName;
  readonly kinesis: Pick<KinesisClient, 'send'>;
  readonly cloudwatch?: Pick<CloudWatchClient, 'send'>;
  readonly lambda?: Pick<LambdaClient, 'send'>;
  readonly sns?: Pick<SNSClient, 'send'>;
  /** Where time is ours. */
  readonly time?: { readonly nowMs: () => number; readonly pass: (ms: number) => Promise<void> };
  /** Puts a minute of one of a stream's metrics, as Kinesis itself does, and can see the notifications of alarms. */
  readonly watching?: {
    readonly put: (streamName: string, metricName: string, minute: number, value: number) => void;
    readonly messages: () => readonly string[];
  };
  readonly stop: () => Promise<void>;
}

/** The topic that alarms of the cases notify. */
export const topicName = 'contract';
export const topicArn = `arn:aws:sns:eu-west-1:123456789012:${topicName}`;

/** The name of the error that a call gets; `accepted` for none. */
export async function refusalOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'accepted';
  } catch (error) {
    if (error instanceof Error) return error.name;
    throw error;
  }
}

const patienceMs = 120_000;

/** Lets the time pass that a stream takes over a change. */
export async function untilActive(subject: Subject, streamName: string): Promise<void> {
  const startedMs = performance.now();
  for (;;) {
    const { StreamDescriptionSummary: summary } = await subject.kinesis.send(
      new DescribeStreamSummaryCommand({ StreamName: streamName }),
    );
    if (summary?.StreamStatus === 'ACTIVE') return;
    if (performance.now() - startedMs > patienceMs)
      throw new Error(`${streamName} is still ${summary?.StreamStatus} after ${patienceMs} ms`);
    if (subject.time) await subject.time.pass(60_000);
    else await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
