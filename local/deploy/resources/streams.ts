/** AWS::Kinesis::Stream */
import type { StreamMode } from '../../../simulator/models/kinesis-model.ts';
import type { LocalAws } from '../../local-aws.ts';
import { assertModelled } from '../../parameters/assert-modelled.ts';
import type { JsonObject } from '../../wire/api-call.ts';
import { optionalNumber, optionalText, tagList } from '../../wire/input.ts';
import type { ResourceTypes } from '../resource-type.ts';

export const STREAM_TYPES: ResourceTypes = {
  'AWS::Kinesis::Stream': {
    replacedBy: ['Name'],
    create: async ({ aws, generatedName, properties }) => {
      const name = optionalText(properties, 'Name') ?? generatedName;
      assertStream(properties);
      const shardCount = optionalNumber(properties, 'ShardCount') ?? 1;
      const stream = await aws.kinesis.create(name, modeOf(properties), shardCount, tagList(properties, 'Tags'));
      const retentionHours = optionalNumber(properties, 'RetentionPeriodHours');
      if (retentionHours !== undefined) aws.kinesis.setRetention(name, retentionHours, 'increase');
      encrypt(aws, name, properties);
      return { id: name, attributes: { Arn: stream.streamArn } };
    },
    update: async ({ aws, properties }, old, before) => {
      assertStream(properties);
      const nowMs = aws.clock.nowMs();
      const shardCount = optionalNumber(properties, 'ShardCount');
      if (modeOf(properties) !== modeOf(before)) aws.kinesis.updateMode(old.id, modeOf(properties));
      const tags = tagList(properties, 'Tags');
      const gone = Object.keys(tagList(before, 'Tags')).filter((key) => !(key in tags));
      if (gone.length > 0) aws.kinesis.stream(old.id).tags.remove(gone, nowMs);
      if (Object.keys(tags).length > 0) aws.kinesis.stream(old.id).tags.add(tags, nowMs);
      const countChanged = shardCount !== optionalNumber(before, 'ShardCount');
      if (shardCount !== undefined && countChanged) await aws.kinesis.updateShardCount(old.id, shardCount);
      encrypt(aws, old.id, properties);
      return old;
    },
    delete: ({ aws }, old) => aws.kinesis.delete(old.id),
  },
};

function encrypt(aws: LocalAws, name: string, { StreamEncryption: encryption }: JsonObject): void {
  aws.kinesis.settings(name).encryption = (encryption as JsonObject | undefined) ?? { EncryptionType: 'NONE' };
}

/** Retention and encryption are other calls of the API. */
function assertStream({
  Tags: _,
  RetentionPeriodHours: __,
  StreamEncryption: ___,
  Name,
  ...properties
}: JsonObject): void {
  assertModelled({ service: 'kinesis', operation: 'CreateStream' }, { ...properties, StreamName: Name });
}

function modeOf(properties: JsonObject): StreamMode {
  const details = properties.StreamModeDetails as JsonObject | undefined;
  return details?.StreamMode === 'ON_DEMAND' ? 'ON_DEMAND' : 'PROVISIONED';
}
