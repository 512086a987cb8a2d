import { AwsServiceError } from './aws-service-error.ts';
import type { KinesisFacts } from './kinesis-facts.ts';

/** The stream that the tags are on, as far as the rules about them go. */
export interface TaggedStream {
  readonly streamName: string;
  statusAt(nowMs: number): string;
}

/** A stream's tags, with AWS's rules: the number, the characters, and none of it unless the stream is ACTIVE. */
export class KinesisTags {
  readonly #stream: TaggedStream;
  readonly #facts: KinesisFacts;
  readonly #tags: Map<string, string>;

  constructor(stream: TaggedStream, facts: KinesisFacts, tags: Readonly<Record<string, string>>) {
    this.#stream = stream;
    this.#facts = facts;
    this.#tags = new Map(Object.entries(tags));
  }

  /** @throws AwsServiceError ResourceInUseException, InvalidArgumentException, ValidationException */
  add(tags: Readonly<Record<string, string>>, nowMs: number): void {
    this.#checkActive(nowMs);
    const entries = Object.entries(tags);
    this.#checkNumber(entries.length);
    for (const [key, value] of entries) this.#checkTag(key, value);
    const keys = new Set([...this.#tags.keys(), ...Object.keys(tags)]);
    if (keys.size > this.#facts.maxTags)
      throw invalidArgument(
        `Failed to add tags to stream ${this.#stream.streamName}: a stream cannot have more than ${this.#facts.maxTags} tags.`,
      );
    for (const [key, value] of entries) this.#tags.set(key, value);
  }

  /** @throws AwsServiceError ResourceInUseException, ValidationException */
  remove(keys: readonly string[], nowMs: number): void {
    this.#checkActive(nowMs);
    this.#checkNumber(keys.length);
    for (const key of keys) this.#tags.delete(key);
  }

  /** Sorted by key, as ListTagsForStream pages through them. */
  list(): { readonly Key: string; readonly Value: string }[] {
    return [...this.#tags].sort(([a], [b]) => (a < b ? -1 : 1)).map(([Key, Value]) => ({ Key, Value }));
  }

  get(key: string): string | undefined {
    return this.#tags.get(key);
  }

  #checkActive(nowMs: number): void {
    const status = this.#stream.statusAt(nowMs);
    if (status === 'ACTIVE') return;
    throw new AwsServiceError(
      'ResourceInUseException',
      `Stream ${this.#stream.streamName} is not ACTIVE, instead in state ${status}`,
    );
  }

  #checkNumber(count: number): void {
    const most = this.#facts.maxTagsPerCall;
    if (count >= 1 && count <= most) return;
    throw new AwsServiceError(
      'ValidationException',
      `1 validation error detected: ${count} tags in one call: between 1 and ${most} are permitted`,
    );
  }

  #checkTag(key: string, value: string): void {
    if (key.length < 1 || key.length > 128 || value.length > 255)
      throw new AwsServiceError(
        'ValidationException',
        `1 validation error detected: tag '${key}' failed to satisfy constraint: key of 1 to 128 characters, value of up to 255`,
      );
    if (/^aws:/i.test(key)) throw invalidArgument(`Tag keys cannot start with aws: (${key}).`);
    if (!this.#facts.tagCharacters.test(key) || !this.#facts.tagCharacters.test(value))
      throw invalidArgument(
        `Some tags contain invalid characters: ${key}=${value}. Valid characters: letters, digits, white space and _ . / = + - @`,
      );
  }
}

function invalidArgument(message: string): AwsServiceError {
  return new AwsServiceError('InvalidArgumentException', message);
}
