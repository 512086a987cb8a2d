/** The only reader of the environment and of settings.json, once per cold start. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Deployment, describeFaults, readDeployment } from '../core/settings/deployment.ts';

/** Throws with every fault at once: a function with a wrong setting must fail loudly, not scale by a default. */
export function loadDeployment(): Deployment {
  const result = readDeployment(
    process.env,
    readSettingsFile(join(process.env.LAMBDA_TASK_ROOT ?? '.', 'settings.json')),
  );
  if (!result.ok) throw new Error(`The configuration is not usable:\n${describeFaults(result.faults)}`);
  return result.value;
}

function readSettingsFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
