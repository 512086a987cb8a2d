/** What a deployment is given, and what it leaves. */
import type { JsonObject } from '../wire/api-call.ts';

/** Where a synthesized stack lies. */
export interface Assembly {
  readonly stackName: string;
  readonly templatePath: string;
  readonly assetManifestPath: string;
}

/** What `Ref` and `Fn::GetAtt` give for a resource that exists. */
export interface PhysicalResource {
  readonly id: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

export interface DeployedResource {
  readonly type: string;
  /** All functions resolved. */
  readonly properties: JsonObject;
  readonly physical: PhysicalResource;
  readonly deletionPolicy: string;
}

export interface DeployedStack {
  readonly stackName: string;
  /** By logical id. */
  readonly resources: ReadonlyMap<string, DeployedResource>;
  readonly outputs: Readonly<Record<string, string>>;
}

export interface Deployment extends DeployedStack {
  readonly resourceCount: number;
  /** Logical ids. */
  readonly created: readonly string[];
  readonly updated: readonly string[];
  readonly deleted: readonly string[];
}
