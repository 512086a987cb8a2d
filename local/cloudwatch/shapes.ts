/**
 * Values of CloudWatch's shapes, read and written by the SDK's own schemas. Each protocol is a syntax (JSON, CBOR, form
 * and XML) around the same tree; what the tree means stands here once.
 */
import { NormalizedSchema } from '@smithy/core/schema';
import type { SchemaRef } from '@smithy/types';
import { AwsServiceError } from '../../simulator/models/aws-service-error.ts';

export type Members = Readonly<Record<string, unknown>>;

/** How a protocol spells what has no spelling of its own in a tree. */
export interface Spelling {
  /** Numbers and booleans arrive as text (Query). */
  readonly scalarsAreText: boolean;
  readonly readTimestamp: (value: unknown) => Date | undefined;
  readonly writeTimestamp: (date: Date) => unknown;
}

/**
 * A request's members, checked against the schema; members that the schema does not know are left out, as AWS does.
 * @throws AwsServiceError SerializationException naming the member
 */
export function readInput(schema: SchemaRef, tree: unknown, spelling: Spelling): Members {
  const normalized = NormalizedSchema.of(schema);
  return normalized.isUnitSchema() ? {} : (readValue(normalized, tree, spelling, '') as Members);
}

/**
 * An answer as a tree of plain members, those that are undefined left out.
 * @returns undefined for an operation that answers nothing
 */
export function writeOutput(schema: SchemaRef, output: unknown, spelling: Spelling): Members | undefined {
  const normalized = NormalizedSchema.of(schema);
  return normalized.isUnitSchema() ? undefined : (writeValue(normalized, output, spelling) as Members);
}

function readValue(schema: NormalizedSchema, value: unknown, spelling: Spelling, path: string): unknown {
  if (schema.isStructSchema()) return readStructure(schema, value, spelling, path);
  if (schema.isListSchema()) {
    if (!Array.isArray(value)) throw malformed(path, 'a list');
    return value.map((item, index) => readValue(schema.getValueSchema(), item, spelling, `${path}[${index}]`));
  }
  if (schema.isMapSchema()) return readMap(schema, value, spelling, path);
  if (schema.isTimestampSchema()) {
    const date = spelling.readTimestamp(value);
    if (date === undefined || Number.isNaN(date.getTime())) throw malformed(path, 'a time');
    return date;
  }
  if (schema.isNumericSchema()) return readNumber(value, spelling, path);
  if (schema.isBooleanSchema()) return readBoolean(value, spelling, path);
  if (typeof value !== 'string') throw malformed(path, 'a text');
  return value;
}

function readMap(schema: NormalizedSchema, value: unknown, spelling: Spelling, path: string): Members {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed(path, 'a map');
  const entries = Object.entries(value).map(([key, item]) => [
    key,
    readValue(schema.getValueSchema(), item, spelling, `${path}.${key}`),
  ]);
  return Object.fromEntries(entries);
}

function readStructure(schema: NormalizedSchema, value: unknown, spelling: Spelling, path: string): Members {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed(path, 'a structure');
  const members = value as Members;
  const read: Record<string, unknown> = {};
  for (const [name, member] of schema.structIterator()) {
    const own = Object.hasOwn(members, name) ? members[name] : undefined;
    if (own === undefined || own === null) continue;
    read[name] = readValue(member, own, spelling, path === '' ? name : `${path}.${name}`);
  }
  return read;
}

function readNumber(value: unknown, spelling: Spelling, path: string): number {
  if (typeof value === 'number') return value;
  // JSON and Query spell what is not finite as a text.
  const isText = typeof value === 'string' && value.trim() !== '';
  if (isText && (spelling.scalarsAreText || ['NaN', 'Infinity', '-Infinity'].includes(value))) {
    const number = Number(value);
    if (value === 'NaN' || !Number.isNaN(number)) return number;
  }
  throw malformed(path, 'a number');
}

function readBoolean(value: unknown, spelling: Spelling, path: string): boolean {
  if (typeof value === 'boolean') return value;
  if (spelling.scalarsAreText && (value === 'true' || value === 'false')) return value === 'true';
  throw malformed(path, 'true or false');
}

function writeValue(schema: NormalizedSchema, value: unknown, spelling: Spelling): unknown {
  if (schema.isStructSchema()) {
    const members = (value ?? {}) as Members;
    const written: Record<string, unknown> = {};
    for (const [name, member] of schema.structIterator())
      if (members[name] !== undefined) written[name] = writeValue(member, members[name], spelling);
    return written;
  }
  if (schema.isListSchema() && Array.isArray(value))
    return value.map((item) => writeValue(schema.getValueSchema(), item, spelling));
  return value instanceof Date ? spelling.writeTimestamp(value) : value;
}

function malformed(path: string, expected: string): AwsServiceError {
  return new AwsServiceError('SerializationException', `${path === '' ? 'The input' : path} must be ${expected}.`);
}
