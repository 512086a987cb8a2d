import type { LocalAws } from '../local-aws.ts';
import type { JsonObject } from '../wire/api-call.ts';
import type { PhysicalResource } from './deployed-stack.ts';

export interface ResourceRequest {
  readonly aws: LocalAws;
  readonly logicalId: string;
  /** A name for a resource that has none of its own, as CloudFormation makes them. */
  readonly generatedName: string;
  /** All functions resolved. */
  readonly properties: JsonObject;
  /** Folder of a CDK asset by its key in the bucket. @throws Error if the manifest has none. */
  readonly assetFolder: (objectKey: string) => string;
}

/** How one type of resource is made, changed and taken away. */
export interface ResourceType {
  create(request: ResourceRequest): PhysicalResource | Promise<PhysicalResource>;
  /** Absent where `create` on the same name already replaces the definition. */
  update?(
    request: ResourceRequest,
    old: PhysicalResource,
    oldProperties: JsonObject,
  ): PhysicalResource | Promise<PhysicalResource>;
  /** Properties whose change makes a new resource instead, the old one then being deleted. */
  readonly replacedBy?: readonly string[];
  delete(request: Pick<ResourceRequest, 'aws'>, old: PhysicalResource, oldProperties: JsonObject): void | Promise<void>;
}

export type ResourceTypes = Readonly<Record<string, ResourceType>>;
