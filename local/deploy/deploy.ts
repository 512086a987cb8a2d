/**
 * Deploys a synthesized template into local AWS as CloudFormation would: in the order of dependencies, and at the second
 * time as an update, in which only what differs is written, what is gone is deleted afterwards, and what is the same is
 * not touched at all.
 */
import type { LocalAws } from '../local-aws.ts';
import type { Assembly, Deployment } from './deployed-stack.ts';
import { DeploymentRun } from './deployment-run.ts';
import { assertKnownTypes } from './resource-types.ts';
import { readAssets, readTemplate } from './template.ts';

export type { Assembly, DeployedResource, DeployedStack, Deployment } from './deployed-stack.ts';

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
