/** Readers of an operation's input. All throw AwsServiceError ValidationException with the member's name. */
import { AwsServiceError } from '../../simulator/models/aws-service-error.ts';
import type { JsonObject } from './api-call.ts';

export function requireText(input: JsonObject, member: string): string {
  const value = input[member];
  if (typeof value === 'string' && value !== '') return value;
  throw invalid(member, value, 'a non-empty string');
}

export function optionalText(input: JsonObject, member: string): string | undefined {
  const value = input[member];
  if (value === undefined || value === null || typeof value === 'string') return value ?? undefined;
  throw invalid(member, value, 'a string');
}

export function requireNumber(input: JsonObject, member: string): number {
  const value = optionalNumber(input, member);
  if (value !== undefined) return value;
  throw invalid(member, value, 'a number');
}

export function optionalNumber(input: JsonObject, member: string): number | undefined {
  const value = input[member];
  if (value === undefined || value === null) return undefined;
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  if (typeof number === 'number' && Number.isFinite(number)) return number;
  throw invalid(member, value, 'a number');
}

export function textMap(input: JsonObject, member: string): Record<string, string> {
  const value = input[member] ?? {};
  if (isTextMap(value)) return { ...value };
  throw invalid(member, value, 'a map of strings');
}

export function textList(input: JsonObject, member: string): readonly string[] {
  const value = input[member] ?? [];
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
  throw invalid(member, value, 'a list of strings');
}

export function objectList(input: JsonObject, member: string): readonly JsonObject[] {
  const value = input[member] ?? [];
  if (Array.isArray(value) && value.every((item) => typeof item === 'object' && item !== null)) return value;
  throw invalid(member, value, 'a list of structures');
}

/** `[{Key, Value}]`, as most services spell tags. */
export function tagList(input: JsonObject, member: string): Record<string, string> {
  const pairs = objectList(input, member).map((tag) => [requireText(tag, 'Key'), optionalText(tag, 'Value') ?? '']);
  return Object.fromEntries(pairs);
}

function isTextMap(value: unknown): value is Record<string, string> {
  return typeof value === 'object' && value !== null && Object.values(value).every((item) => typeof item === 'string');
}

function invalid(member: string, value: unknown, wanted: string): AwsServiceError {
  return new AwsServiceError(
    'ValidationException',
    `${member} must be ${wanted}, not ${JSON.stringify(value) ?? 'absent'}`,
  );
}
