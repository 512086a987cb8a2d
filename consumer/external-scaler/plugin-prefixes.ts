/**
 * What the names of a plugin's consumer groups contain, by the key of its deployment. A dispatcher that deploys plugins
 * knows it: it writes `{"kafka_prefix": "..."}` under the deployment's key.
 */
import { readFile } from 'node:fs/promises';
import * as v from 'valibot';

export interface PluginPrefixes {
  /** Undefined for a key that is not there. Rejects when the source cannot be read or holds something else. */
  readonly prefixOf: (deploymentKey: string, abortSignal: AbortSignal) => Promise<string | undefined>;
}

/**
 * The deployments in a JSON file, by key. Read at every question: a file that is replaced takes effect with the next.
 */
export function filePrefixes(path: string): PluginPrefixes & { readonly check: () => Promise<void> } {
  const readDeployments = async (abortSignal?: AbortSignal): Promise<v.InferOutput<typeof deploymentsSchema>> => {
    const text = await readFile(path, {
      encoding: 'utf8',
      ...(abortSignal === undefined ? {} : { signal: abortSignal }),
    });
    const deployments = v.safeParse(deploymentsSchema, parseJson(text, path));
    if (deployments.success) return deployments.output;
    throw new Error(`${path} is not {"deployment key": {"kafka_prefix": "..."}, ...}`);
  };
  return {
    prefixOf: async (deploymentKey, abortSignal) => {
      const deployments = await readDeployments(abortSignal);
      return Object.hasOwn(deployments, deploymentKey) ? deployments[deploymentKey]?.kafka_prefix : undefined;
    },
    /** Rejects when the file cannot be read, or is something else. */
    check: async () => {
      await readDeployments();
    },
  };
}

/** A deployment as the dispatcher writes it. @throws when it is something else. */
export function readDeployment(text: string, deploymentKey: string): string {
  const deployment = v.safeParse(deploymentSchema, parseJson(text, deploymentKey));
  if (deployment.success) return deployment.output.kafka_prefix;
  throw new Error(`the value of ${deploymentKey} is not {"kafka_prefix": "..."}`);
}

const deploymentSchema = v.object({ kafka_prefix: v.pipe(v.string(), v.nonEmpty()) });
const deploymentsSchema = v.record(v.string(), deploymentSchema);

function parseJson(text: string, source: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${source} is not JSON`);
  }
}
