/**
 * Deploys a synthesized template into local AWS as CloudFormation would: in the order of dependencies, and at the second
 * time as an update, in which only what differs is written, what is gone is deleted afterwards, and what is the same is
 * not touched at all.
 */
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { LocalAws } from '../local-aws.ts';
import type { JsonObject } from '../wire/api-call.ts';
import { resolveValue, type Scope } from './intrinsics.ts';
import { orderResources } from './resource-order.ts';
import type { PhysicalResource, ResourceRequest, ResourceType, ResourceTypes } from './resource-type.ts';
import { FUNCTION_TYPES } from './resources/functions.ts';
import { MESSAGING_TYPES } from './resources/messaging.ts';
import { MONITORING_TYPES } from './resources/monitoring.ts';
import { SCHEDULE_TYPES } from './resources/schedules.ts';
import { SECURITY_TYPES } from './resources/security.ts';
import { STREAM_TYPES } from './resources/streams.ts';
import { TRIGGER_TYPES } from './resources/triggers.ts';
import { createScope } from './stack-scope.ts';
import { readAssets, readTemplate, type Template } from './template.ts';

/** Where a synthesized stack lies. */
export interface Assembly {
  readonly stackName: string;
  readonly templatePath: string;
  readonly assetManifestPath: string;
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

const TYPES: ResourceTypes = {
  ...FUNCTION_TYPES,
  ...MESSAGING_TYPES,
  ...MONITORING_TYPES,
  ...SCHEDULE_TYPES,
  ...SECURITY_TYPES,
  ...STREAM_TYPES,
  ...TRIGGER_TYPES,
};

/**
 * @throws Error that names the resource that could not be deployed, and why. What was done before it stays, as there is no
 *   roll-back here.
 */
export async function deploy(aws: LocalAws, assembly: Assembly): Promise<Deployment> {
  const template = await readTemplate(assembly.templatePath);
  const assets = await readAssets(assembly.assetManifestPath);
  assertKnownTypes(template);
  const before = aws.stacks.get(assembly.stackName);
  const run = new DeploymentRun(aws, assembly.stackName, template, assets, before?.resources ?? new Map());
  const deployment = await run.deploy();
  aws.stacks.set(assembly.stackName, deployment);
  return deployment;
}

class DeploymentRun {
  readonly #aws: LocalAws;
  readonly #stackName: string;
  readonly #template: Template;
  readonly #assets: ReadonlyMap<string, string>;
  readonly #before: ReadonlyMap<string, DeployedResource>;
  readonly #resources = new Map<string, DeployedResource>();
  readonly #replaced: DeployedResource[] = [];
  readonly #created: string[] = [];
  readonly #updated: string[] = [];
  readonly #scope: Scope;

  constructor(
    aws: LocalAws,
    stackName: string,
    template: Template,
    assets: ReadonlyMap<string, string>,
    before: ReadonlyMap<string, DeployedResource>,
  ) {
    this.#aws = aws;
    this.#stackName = stackName;
    this.#template = template;
    this.#assets = assets;
    this.#before = before;
    this.#scope = createScope(aws.account, stackName, template, this.#resources);
  }

  async deploy(): Promise<Deployment> {
    for (const logicalId of orderResources(this.#template.Resources)) {
      const condition = this.#template.Resources[logicalId]?.Condition;
      if (condition !== undefined && !this.#scope.condition(condition)) continue;
      await this.#deployResource(logicalId).catch((error: unknown) => {
        const { Type } = this.#template.Resources[logicalId] ?? {};
        const why = error instanceof Error ? error.message : String(error);
        throw new Error(`${logicalId} (${Type}) could not be deployed: ${why}`, { cause: error });
      });
    }
    const deleted = await this.#deleteRemoved();
    return {
      stackName: this.#stackName,
      resources: this.#resources,
      resourceCount: this.#resources.size,
      outputs: this.#outputs(),
      created: this.#created,
      updated: this.#updated,
      deleted,
    };
  }

  async #deployResource(logicalId: string): Promise<void> {
    const resource = this.#template.Resources[logicalId];
    if (resource === undefined) return;
    const type = typeOf(resource.Type);
    const properties = resolveValue(resource.Properties, this.#scope) as JsonObject;
    const before = this.#before.get(logicalId);
    const request = this.#request(logicalId, properties);
    const physical = await this.#makeSo(type, request, before);
    const deletionPolicy = resource.DeletionPolicy ?? 'Delete';
    this.#resources.set(logicalId, { type: resource.Type, properties, physical, deletionPolicy });
  }

  async #makeSo(
    type: ResourceType,
    request: ResourceRequest,
    before: DeployedResource | undefined,
  ): Promise<PhysicalResource> {
    const { logicalId, properties } = request;
    if (before === undefined) {
      this.#created.push(logicalId);
      return type.create(request);
    }
    if (isDeepStrictEqual(before.properties, properties)) return before.physical;
    this.#updated.push(logicalId);
    const replaced = type.replacedBy?.some((name) => !isDeepStrictEqual(before.properties[name], properties[name]));
    if (replaced === true) {
      this.#replaced.push(before);
      return type.create(request);
    }
    return type.update === undefined ? type.create(request) : type.update(request, before.physical, before.properties);
  }

  /** Old ones last, as CloudFormation's clean-up does, in the reverse order of their making. */
  async #deleteRemoved(): Promise<readonly string[]> {
    const removed = [...this.#before].filter(([logicalId]) => !this.#resources.has(logicalId));
    const gone = [...removed.map(([, resource]) => resource), ...this.#replaced].reverse();
    for (const resource of gone) {
      if (resource.deletionPolicy.startsWith('Retain')) continue;
      await typeOf(resource.type).delete({ aws: this.#aws }, resource.physical, resource.properties);
    }
    return removed.map(([logicalId]) => logicalId);
  }

  #outputs(): Readonly<Record<string, string>> {
    const wanted = Object.entries(this.#template.Outputs).filter(
      ([, output]) => output.Condition === undefined || this.#scope.condition(output.Condition),
    );
    return Object.fromEntries(wanted.map(([name, output]) => [name, String(resolveValue(output.Value, this.#scope))]));
  }

  #request(logicalId: string, properties: JsonObject): ResourceRequest {
    return {
      aws: this.#aws,
      logicalId,
      properties,
      generatedName: generatedName(this.#stackName, logicalId),
      assetFolder: (objectKey) => {
        const folder = this.#assets.get(objectKey);
        if (folder === undefined) throw new Error(`the asset manifest has no file with the key ${objectKey}`);
        return folder;
      },
    };
  }
}

function assertKnownTypes({ Resources }: Template): void {
  const unknown = Object.entries(Resources).filter(
    ([, { Type }]) => !Object.hasOwn(TYPES, Type) && Type !== 'AWS::CDK::Metadata',
  );
  if (unknown.length === 0) return;
  const list = unknown.map(([logicalId, { Type }]) => `${logicalId} (${Type})`).join(', ');
  throw new Error(
    `local AWS cannot deploy resources of these types: ${list}. It knows ${Object.keys(TYPES).join(', ')}.`,
  );
}

const METADATA: ResourceType = { create: ({ logicalId }) => ({ id: logicalId, attributes: {} }), delete: () => {} };

function typeOf(name: string): ResourceType {
  return TYPES[name] ?? METADATA;
}

const LONGEST_NAME = 64;

/** `Stack-LogicalId-1A2B3C4D5E6F`; CloudFormation's last part is random, here it follows from the rest. */
function generatedName(stackName: string, logicalId: string): string {
  const hash = createHash('sha256').update(`${stackName} ${logicalId}`).digest('hex').slice(0, 12).toUpperCase();
  return `${`${stackName}-${logicalId}`.slice(0, LONGEST_NAME - hash.length - 1)}-${hash}`;
}
