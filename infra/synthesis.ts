/**
 * Synthesizes the app in a process of its own, as `cdk deploy` does. So the caller need not load aws-cdk-lib, which is
 * slow, and local AWS deploys the template of the real app.
 */
import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { contextKey, defaultStackName } from './context-key.ts';

export interface SynthesisRequest {
  /** Value of the context key `autoscaler`. */
  readonly deployment: object;
  /** Directory of the cloud assembly; made if absent, and overwritten. */
  readonly outdir: string;
}

export interface CloudAssembly {
  readonly stackName: string;
  /** The CloudFormation template. */
  readonly templatePath: string;
  /** Which directory of the assembly each asset of the template is. */
  readonly assetManifestPath: string;
}

const root = fileURLToPath(new URL('..', import.meta.url));

/** Throws with the list of faults when the deployment is refused. */
export async function synthesize({ deployment, outdir: directory }: SynthesisRequest): Promise<CloudAssembly> {
  const outdir = resolve(directory);
  const environment = {
    ...process.env,
    CDK_OUTDIR: outdir,
    CDK_CONTEXT_JSON: JSON.stringify({ [contextKey]: deployment }),
    // CDK checks the template against CloudFormation's schema on every synth: seconds that `npm run nag` spends once.
    CDK_VALIDATION: 'false',
  };
  const app = join(root, 'infra', 'app.ts');
  try {
    await promisify(execFile)(process.execPath, ['--import', 'tsx', app], { cwd: root, env: environment });
  } catch (error) {
    const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
    throw new Error(`The stack could not be synthesized. ${stderr}`, { cause: error });
  }
  const stackName = 'stackName' in deployment ? String(deployment.stackName) : defaultStackName;
  return {
    stackName,
    templatePath: join(outdir, `${stackName}.template.json`),
    assetManifestPath: join(outdir, `${stackName}.assets.json`),
  };
}
