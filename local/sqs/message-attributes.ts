/** Attributes that a sender gives to a message: what SQS and SNS have in common. */
import { createHash } from 'node:crypto';
import { AwsServiceError } from '../../simulator/models/aws-service-error.ts';
import { notModelled } from '../../simulator/models/not-modelled.ts';
import type { JsonObject } from '../wire/api-call.ts';
import { optionalText, requireText } from '../wire/input.ts';

export interface MessageAttribute {
  /** `String`, `Number`, `Binary`, each perhaps with a label of the sender's: `Number.int`. */
  readonly dataType: string;
  /** Base64 where the type is Binary. */
  readonly value: string;
}

export type MessageAttributes = Readonly<Record<string, MessageAttribute>>;

/** SNS also has `String.Array`, which is a labelled String. */
const DATA_TYPE = /^(String|Number|Binary)(\..+)?$/;

/** @throws AwsServiceError InvalidParameterValue that names the attribute. */
export function readMessageAttributes(input: JsonObject, member = 'MessageAttributes'): MessageAttributes {
  const given = Object.entries((input[member] ?? {}) as Readonly<Record<string, JsonObject>>);
  return Object.fromEntries(given.map(([name, attribute]) => [name, readAttribute(name, attribute)]));
}

function readAttribute(name: string, attribute: JsonObject): MessageAttribute {
  const dataType = requireText(attribute, 'DataType');
  if (!DATA_TYPE.test(dataType)) {
    const why = `The type of message (user) attribute '${name}' is invalid: ${dataType} is none of String, Number, Binary.`;
    throw new AwsServiceError('InvalidParameterValue', why);
  }
  for (const list of ['StringListValues', 'BinaryListValues']) {
    if (attribute[list] !== undefined)
      throw notModelled(`${list} of the attribute ${name}`, 'AWS does not take it either');
  }
  const value = optionalText(attribute, dataType.startsWith('Binary') ? 'BinaryValue' : 'StringValue');
  if (value === undefined || value === '') {
    const why = `The message (user) attribute '${name}' must contain a non-empty value of type '${dataType}'.`;
    throw new AwsServiceError('InvalidParameterValue', why);
  }
  return { dataType, value };
}

/** As ReceiveMessage returns them; nothing for a message without any. */
export function describeMessageAttributes(attributes: MessageAttributes): JsonObject {
  const entries = Object.entries(attributes).map(([name, { dataType, value }]) => [
    name,
    { DataType: dataType, [dataType.startsWith('Binary') ? 'BinaryValue' : 'StringValue']: value },
  ]);
  return entries.length === 0
    ? {}
    : { MessageAttributes: Object.fromEntries(entries), MD5OfMessageAttributes: md5OfAttributes(attributes) };
}

/** SQS developer guide, "Calculating the MD5 message digest for message attributes". */
export function md5OfAttributes(attributes: MessageAttributes): string {
  const hash = createHash('md5');
  const sized = (content: Buffer): void => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(content.length);
    hash.update(length).update(content);
  };
  for (const name of Object.keys(attributes).sort()) {
    const { dataType = '', value = '' } = attributes[name] ?? {};
    const isBinary = dataType.startsWith('Binary');
    sized(Buffer.from(name));
    sized(Buffer.from(dataType));
    hash.update(Buffer.from([isBinary ? 2 : 1]));
    sized(Buffer.from(value, isBinary ? 'base64' : 'utf8'));
  }
  return hash.digest('hex');
}

/** Names, types and values count to the size of a message. */
export function sizeOfAttributes(attributes: MessageAttributes): number {
  return Object.entries(attributes).reduce(
    (total, [name, { dataType, value }]) =>
      total +
      Buffer.byteLength(name) +
      Buffer.byteLength(dataType) +
      Buffer.byteLength(value, dataType.startsWith('Binary') ? 'base64' : 'utf8'),
    0,
  );
}
