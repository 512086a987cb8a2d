/**
 * Synthesizes a deployment inside the test's own process, once for all files that the process runs. A process for each
 * synthesis, as `cdk deploy` and `demo` have it, takes ten times as long, most of it for loading aws-cdk-lib and for
 * bundling the functions. `test/infra/app.test.ts` runs the app in a process of its own.
 */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { describeFaults } from '../../../core/settings/deployment.ts';
import { AutoscalerStack } from '../../../infra/autoscaler-stack.ts';
import { readDeploymentContext } from '../../../infra/deployment-context.ts';
import type { CloudAssembly } from '../../../infra/synthesis.ts';
import packageJson from '../../../package.json' with { type: 'json' };

const unusedForMs = 24 * 3_600_000;
const assemblies = new Map<string, CloudAssembly>();
let folder: string | undefined;

/** @param deployment the context key `autoscaler`; its stack has the default name. */
export function assemblyOf(deployment: object): CloudAssembly {
  const key = JSON.stringify(deployment);
  const assembly = assemblies.get(key) ?? synthesizeHere(deployment);
  assemblies.set(key, assembly);
  return assembly;
}

function synthesizeHere(deployment: object): CloudAssembly {
  folder ??= makeFolder();
  const outdir = join(folder, String(assemblies.size));
  const read = readDeploymentContext(deployment);
  if (!read.ok) throw new Error(`the deployment of this test is refused:\n${describeFaults(read.faults)}`);
  const { stackName } = read.value;
  const app = new App({ analyticsReporting: false, outdir });
  new AutoscalerStack(app, stackName, {
    deployment: { ...read.value, version: read.value.version ?? packageJson.version },
  });
  app.synth();
  return {
    stackName,
    templatePath: join(outdir, `${stackName}.template.json`),
    assetManifestPath: join(outdir, `${stackName}.assets.json`),
  };
}

/** Test processes are killed, not ended, so each removes what those of yesterday have left. */
function makeFolder(): string {
  const parent = join(tmpdir(), 'kinesis-autoscaler-scenarios');
  mkdirSync(parent, { recursive: true });
  for (const name of readdirSync(parent)) {
    const path = join(parent, name);
    const { mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? { mtimeMs: Date.now() };
    if (Date.now() - mtimeMs > unusedForMs) rmSync(path, { recursive: true, force: true });
  }
  return mkdtempSync(join(parent, 'assemblies-'));
}
