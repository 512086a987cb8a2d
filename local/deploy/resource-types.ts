/** Every type of resource that can be deployed here. */
import type { ResourceType, ResourceTypes } from './resource-type.ts';
import { FUNCTION_TYPES } from './resources/functions.ts';
import { MESSAGING_TYPES } from './resources/messaging.ts';
import { MONITORING_TYPES } from './resources/monitoring.ts';
import { SCHEDULE_TYPES } from './resources/schedules.ts';
import { SECURITY_TYPES } from './resources/security.ts';
import { STREAM_TYPES } from './resources/streams.ts';
import { TRIGGER_TYPES } from './resources/triggers.ts';
import type { Template } from './template.ts';

const TYPES: ResourceTypes = {
  ...FUNCTION_TYPES,
  ...MESSAGING_TYPES,
  ...MONITORING_TYPES,
  ...SCHEDULE_TYPES,
  ...SECURITY_TYPES,
  ...STREAM_TYPES,
  ...TRIGGER_TYPES,
  // Says which constructs were used; there is nothing to make.
  'AWS::CDK::Metadata': { create: ({ logicalId }) => ({ id: logicalId, attributes: {} }), delete: () => {} },
};

/** @throws Error that lists the resources whose type is not known. */
export function assertKnownTypes({ Resources }: Template): void {
  const unknown = Object.entries(Resources).filter(([, { Type }]) => !Object.hasOwn(TYPES, Type));
  if (unknown.length === 0) return;
  const list = unknown.map(([logicalId, { Type }]) => `${logicalId} (${Type})`).join(', ');
  throw new Error(
    `local AWS cannot deploy resources of these types: ${list}. It knows ${Object.keys(TYPES).join(', ')}.`,
  );
}

export function typeOf(name: string): ResourceType {
  const type = TYPES[name];
  if (type === undefined) throw new Error(`${name} is not a type that was checked`);
  return type;
}
