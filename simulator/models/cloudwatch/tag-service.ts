import type {
  ListTagsForResourceInput,
  ListTagsForResourceOutput,
  Tag,
  TagResourceInput,
  UntagResourceInput,
} from '@aws-sdk/client-cloudwatch';
import { AwsServiceError } from '../aws-service-error.ts';
import type { CloudWatchFacts } from './cloudwatch-facts.ts';

/** The tags of alarms, by ARN. */
export class TagService {
  readonly #facts: CloudWatchFacts;
  readonly #tags = new Map<string, Map<string, string>>();

  constructor(facts: CloudWatchFacts) {
    this.#facts = facts;
  }

  create(arn: string, tags: readonly Tag[]): void {
    this.#tags.set(arn, this.#merged(new Map(), tags));
  }

  drop(arn: string): void {
    this.#tags.delete(arn);
  }

  list(input: ListTagsForResourceInput): ListTagsForResourceOutput {
    return { Tags: [...this.#of(input.ResourceARN)].map(([Key, Value]) => ({ Key, Value })) };
  }

  tag(input: TagResourceInput): void {
    const tags = this.#of(input.ResourceARN);
    this.#tags.set(input.ResourceARN ?? '', this.#merged(tags, input.Tags ?? []));
  }

  untag(input: UntagResourceInput): void {
    const tags = this.#of(input.ResourceARN);
    for (const key of input.TagKeys ?? []) tags.delete(key);
  }

  #of(arn: string | undefined): Map<string, string> {
    const tags = this.#tags.get(arn ?? '');
    if (tags !== undefined) return tags;
    if (!/^arn:[^:]+:cloudwatch:[^:]+:\d{12}:.+/.test(arn ?? ''))
      throw new AwsServiceError('InvalidParameterValueException', `Invalid resource ARN: ${arn}`);
    throw new AwsServiceError('ResourceNotFoundException', `Unknown resource: ${arn}`, {
      ResourceType: 'cloudwatch:alarm',
      ResourceId: arn,
    });
  }

  #merged(tags: ReadonlyMap<string, string>, added: readonly Tag[]): Map<string, string> {
    const merged = new Map(tags);
    for (const { Key: key = '', Value: value = '' } of added) {
      if (key.length < 1 || key.length > 128 || /^aws:/i.test(key))
        throw new AwsServiceError('InvalidParameterValueException', `The tag key '${key}' is invalid.`);
      if (value.length > 256)
        throw new AwsServiceError('InvalidParameterValueException', `The value of tag '${key}' is too long.`);
      merged.set(key, value);
    }
    if (merged.size > this.#facts.maxTagsPerResource)
      throw new AwsServiceError(
        'InvalidParameterValueException',
        `The number of tags exceeds the limit of ${this.#facts.maxTagsPerResource}.`,
      );
    return merged;
  }
}
