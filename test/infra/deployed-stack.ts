/**
 * Synthesizes deployments in the test's own process, without bundling; what it answers is the template as parsed JSON.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { afterAll } from 'vitest';
import { AutoscalerStack } from '../../infra/autoscaler-stack.ts';
import { type DeploymentContext, readDeploymentContext } from '../../infra/deployment-context.ts';

export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DependsOn?: readonly string[];
  readonly DeletionPolicy?: string;
}

export interface DeployedStack {
  readonly resources: Readonly<Record<string, Resource>>;
  readonly outputs: Readonly<Record<string, { readonly Value: unknown }>>;
  /** Directory of the cloud assembly. */
  readonly outdir: string;
  readonly warnings: readonly string[];
}

const outdirs: string[] = [];
afterAll(() => {
  for (const outdir of outdirs.splice(0)) rmSync(outdir, { recursive: true, force: true });
});

export const consumerArn = 'arn:aws:lambda:us-east-1:111122223333:function:orders-processor';

export function newOutdir(): string {
  const outdir = mkdtempSync(join(tmpdir(), 'kinesis-autoscaler-test-'));
  outdirs.push(outdir);
  return outdir;
}

export function newApp(outdir: string, bundling: readonly string[] = []): App {
  return new App({ outdir, analyticsReporting: false, context: { 'aws:cdk:bundling-stacks': bundling } });
}

/** @param context value of the context key `autoscaler`; must be without fault. */
export function deploy(
  context: object,
  options: { readonly entry?: string; readonly bundle?: boolean } = {},
): DeployedStack {
  const outdir = newOutdir();
  const deployment = validDeployment(context);
  const app = newApp(outdir, options.bundle ? [deployment.stackName] : []);
  new AutoscalerStack(app, deployment.stackName, { deployment, entry: options.entry });
  return readAssembly(app, outdir);
}

export function readAssembly(app: App, outdir: string): DeployedStack {
  const [artifact] = app.synth().stacks;
  if (!artifact) throw new Error('no stack was synthesized');
  const { Resources: resources, Outputs: outputs = {} } = artifact.template;
  return { resources, outputs, outdir, warnings: artifact.messages.map(({ entry }) => String(entry.data)) };
}

function validDeployment(context: object): DeploymentContext {
  const read = readDeploymentContext(context);
  if (!read.ok) throw new Error(JSON.stringify(read.faults));
  return read.value;
}

export function resourcesOf(stack: DeployedStack, type: string): readonly (Resource & { readonly id: string })[] {
  return Object.entries(stack.resources).flatMap(([id, resource]) =>
    resource.Type === type ? [{ id, ...resource }] : [],
  );
}

/** The one resource of a type whose logical id contains the text. */
export function theResource(stack: DeployedStack, type: string, idPart = ''): Resource & { readonly id: string } {
  const found = resourcesOf(stack, type).filter(({ id }) => id.includes(idPart));
  const [only] = found;
  if (!only || found.length > 1) throw new Error(`${found.length} resources of ${type} with "${idPart}" in their id`);
  return only;
}

/** CloudFormation's intrinsic functions as short text: `${AWS::Region}`, `${Id}`, `${Id.Arn}`. */
export function flatten(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(flatten);
  if (typeof value !== 'object' || value === null) return value;
  const { Ref: ref, 'Fn::GetAtt': attribute, 'Fn::Join': join } = value as Record<string, unknown>;
  if (typeof ref === 'string') return `\${${ref}}`;
  if (Array.isArray(attribute)) return `\${${attribute.join('.')}}`;
  if (Array.isArray(join)) return (flatten(join[1]) as string[]).join(String(join[0]));
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, flatten(entry)]));
}

/** An ARN of this stack's place, as `flatten` writes it. */
export function arnOf(service: string, resource: string): string {
  const [partition, region, account] = ['Partition', 'Region', 'AccountId'].map((name) => `\${AWS::${name}}`);
  return `arn:${partition}:${service}:${region}:${account}:${resource}`;
}
