/** Publish and PublishBatch. */
import { AwsServiceError } from '../../simulator/models/aws-service-error.ts';
import { readMessageAttributes } from '../sqs/message-attributes.ts';
import type { JsonObject, Operations } from '../wire/api-call.ts';
import { objectList, optionalText, requireText } from '../wire/input.ts';
import type { Publication } from './topic-message.ts';
import type { TopicService } from './topic-service.ts';

const MOST_IN_BATCH = 10;

export function publishingOperations(topics: TopicService): Operations {
  return {
    Publish: (input) => ({
      MessageId: topics.publish(
        optionalText(input, 'TopicArn') ?? requireText(input, 'TargetArn'),
        publicationOf(input),
      ),
    }),
    PublishBatch: (input) => {
      const topicArn = requireText(input, 'TopicArn');
      const successful: JsonObject[] = [];
      const failed: JsonObject[] = [];
      for (const entry of entriesOf(input)) {
        const Id = requireText(entry, 'Id');
        try {
          successful.push({ Id, MessageId: topics.publish(topicArn, publicationOf(entry)) });
        } catch (error) {
          if (!(error instanceof AwsServiceError) || error.name === 'NotFound') throw error;
          failed.push({ Id, Code: error.name, Message: error.message, SenderFault: true });
        }
      }
      return { Successful: successful, Failed: failed };
    },
  };
}

function entriesOf(input: JsonObject): readonly JsonObject[] {
  const entries = objectList(input, 'PublishBatchRequestEntries');
  const ids = entries.map((entry) => requireText(entry, 'Id'));
  if (entries.length === 0)
    throw new AwsServiceError('EmptyBatchRequest', 'The batch request does not contain any entries.');
  if (entries.length > MOST_IN_BATCH) {
    throw new AwsServiceError(
      'TooManyEntriesInBatchRequest',
      `The batch request contains more than ${MOST_IN_BATCH} entries.`,
    );
  }
  if (new Set(ids).size < ids.length) {
    throw new AwsServiceError('BatchEntryIdsNotDistinct', 'Two or more batch entries in the request have the same Id.');
  }
  return entries;
}

function publicationOf(input: JsonObject): Publication {
  const subject = optionalText(input, 'Subject');
  const structure = optionalText(input, 'MessageStructure');
  if (structure !== undefined && structure !== 'json') {
    throw new AwsServiceError('InvalidParameter', `Invalid parameter: MessageStructure: ${structure}`);
  }
  const message = requireText(input, 'Message');
  const byProtocol = structure === undefined ? undefined : readByProtocol(message);
  return {
    message: byProtocol?.default ?? message,
    ...(byProtocol === undefined ? {} : { byProtocol }),
    ...(subject === undefined ? {} : { subject }),
    attributes: readMessageAttributes(input),
  };
}

function readByProtocol(message: string): Readonly<Record<string, string>> {
  try {
    const parsed: unknown = JSON.parse(message);
    if (typeof parsed === 'object' && parsed !== null && 'default' in parsed && typeof parsed.default === 'string') {
      const texts = Object.entries(parsed).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
      return Object.fromEntries(texts);
    }
  } catch {
    // Said below, for both cases alike.
  }
  throw new AwsServiceError(
    'InvalidParameter',
    'Invalid parameter: Message Structure - No default entry in JSON message body',
  );
}
