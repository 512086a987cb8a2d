/** The deployment that a `cdk.json` names. */
import { contextKey } from '../../infra/context-key.ts';
import { UsageError } from '../exit-codes.ts';

/** @throws UsageError for a text that is not JSON or names no deployment; the synthesis checks the deployment itself */
export function deploymentOf(cdkJson: string): object {
  const deployment = parse(cdkJson).context?.[contextKey];
  if (typeof deployment === 'object' && deployment !== null) return deployment;
  throw new UsageError(`cdk.json has no context "${contextKey}" to deploy`);
}

function parse(cdkJson: string): { readonly context?: Readonly<Record<string, unknown>> } {
  try {
    return JSON.parse(cdkJson);
  } catch (error) {
    throw new UsageError(`cdk.json is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}
