/** The attributes of a queue: what they may be, and what they are by default. SetQueueAttributes, API reference. */
import { AwsServiceError } from '../../simulator/models/aws-service-error.ts';

interface NumericAttribute {
  readonly least: number;
  readonly most: number;
  readonly byDefault: number;
}

const NUMERIC = {
  VisibilityTimeout: { least: 0, most: 43_200, byDefault: 30 },
  DelaySeconds: { least: 0, most: 900, byDefault: 0 },
  MaximumMessageSize: { least: 1_024, most: 1_048_576, byDefault: 1_048_576 },
  MessageRetentionPeriod: { least: 60, most: 1_209_600, byDefault: 345_600 },
  ReceiveMessageWaitTimeSeconds: { least: 0, most: 20, byDefault: 0 },
} as const satisfies Readonly<Record<string, NumericAttribute>>;

export type NumericAttributeName = keyof typeof NUMERIC;

export interface RedrivePolicy {
  readonly deadLetterTargetArn: string;
  readonly maxReceiveCount: number;
}

export const DEFAULT_ATTRIBUTES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(NUMERIC).map(([name, { byDefault }]) => [name, String(byDefault)])),
  SqsManagedSseEnabled: 'true',
};

/** @throws AwsServiceError InvalidAttributeValue that names the attribute. */
export function checkAttributes(attributes: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (isNumeric(name)) requireWithin(name, Number(value));
    else if (name === 'RedrivePolicy') readRedrivePolicy(value);
  }
}

/** @throws AwsServiceError InvalidParameterValue; for a value that a call gives in place of the queue's own. */
export function requireWithin(name: NumericAttributeName, value: number, code = 'InvalidAttributeValue'): void {
  const { least, most } = NUMERIC[name];
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new AwsServiceError(
    code,
    `Value ${value} for parameter ${name} is invalid. Reason: Must be between ${least} and ${most}.`,
  );
}

/** An empty text takes the policy away. @throws AwsServiceError InvalidAttributeValue. */
export function readRedrivePolicy(text: string | undefined): RedrivePolicy | undefined {
  if (text === undefined || text === '') return undefined;
  const policy = parse(text);
  const target = policy?.deadLetterTargetArn;
  const count = Number(policy?.maxReceiveCount);
  if (typeof target === 'string' && Number.isInteger(count) && count >= 1 && count <= 1_000) {
    return { deadLetterTargetArn: target, maxReceiveCount: count };
  }
  throw new AwsServiceError(
    'InvalidAttributeValue',
    `Value ${text} for parameter RedrivePolicy is invalid. Reason: it needs deadLetterTargetArn, and maxReceiveCount from 1 to 1000.`,
  );
}

function isNumeric(name: string): name is NumericAttributeName {
  return Object.hasOwn(NUMERIC, name);
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
