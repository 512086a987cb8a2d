/** The writer of the demo. Each record carries the time at which it was written. */
import { type KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';

export interface WrittenRecord {
  readonly id: number;
  readonly writtenAtMs: number;
}

export class StreamLoad {
  readonly #client: KinesisClient;
  readonly #streamName: string;
  readonly #nowMs: () => number;
  #written = 0;
  #due = 0;

  constructor(client: KinesisClient, streamName: string, nowMs: () => number) {
    this.#client = client;
    this.#streamName = streamName;
    this.#nowMs = nowMs;
  }

  get written(): number {
    return this.#written;
  }

  /** Writes the records due after `minutes` at a rate; a fraction is carried over to the next call. */
  async write(recordsPerMinute: number, minutes: number): Promise<void> {
    this.#due += recordsPerMinute * minutes;
    const count = Math.floor(this.#due);
    if (count === 0) return;
    this.#due -= count;
    const records = Array.from({ length: count }, (_, index) => ({
      id: this.#written + index,
      writtenAtMs: this.#nowMs(),
    }));
    const answer = await this.#client.send(
      new PutRecordsCommand({
        StreamName: this.#streamName,
        Records: records.map((record) => ({
          Data: Buffer.from(JSON.stringify(record)),
          PartitionKey: String(record.id),
        })),
      }),
    );
    if (answer.FailedRecordCount) throw new Error(`${answer.FailedRecordCount} records were refused`);
    this.#written += count;
  }
}
