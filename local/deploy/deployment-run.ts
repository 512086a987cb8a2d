/** One deployment of a template over what a stack has been so far. */
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { LocalAws } from '../local-aws.ts';
import type { JsonObject } from '../wire/api-call.ts';
import type { DeployedResource, Deployment, PhysicalResource } from './deployed-stack.ts';
import { resolveValue, type Scope } from './intrinsics.ts';
import { orderResources } from './resource-order.ts';
import type { ResourceRequest, ResourceType } from './resource-type.ts';
import { typeOf } from './resource-types.ts';
import { createScope } from './stack-scope.ts';
import type { Template } from './template.ts';

export class DeploymentRun {
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

const LONGEST_NAME = 64;

/** `Stack-LogicalId-1A2B3C4D5E6F`; CloudFormation's last part is random, here it follows from the rest. */
function generatedName(stackName: string, logicalId: string): string {
  const hash = createHash('sha256').update(`${stackName} ${logicalId}`).digest('hex').slice(0, 12).toUpperCase();
  return `${`${stackName}-${logicalId}`.slice(0, LONGEST_NAME - hash.length - 1)}-${hash}`;
}
