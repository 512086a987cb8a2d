/** Where AWS is and as whom it is asked: what every client of the command line is made from. */

import { loadSharedConfigFiles } from '@smithy/core/config';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { UsageError } from '../exit-codes.ts';
import type { GlobalOptions } from '../global-options.ts';

export interface AwsAccess {
  /** Undefined: the profile's. */
  readonly region: string | undefined;
  readonly profile: string | undefined;
  readonly endpointUrl: string | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** One for each region. @throws UsageError for a profile that no file names */
export async function awsAccesses(
  { region: given = [], profile, endpointUrl }: Pick<GlobalOptions, 'region' | 'profile' | 'endpointUrl'>,
  environment: Environment,
): Promise<readonly AwsAccess[]> {
  await refuseUnknownProfile(profile, environment);
  // The AWS CLI knows AWS_DEFAULT_REGION as well; the SDK alone does not.
  const regions = given.length > 0 ? given : [environment.AWS_REGION || environment.AWS_DEFAULT_REGION || undefined];
  return regions.map((region) => ({ region, profile, endpointUrl }));
}

/** Options for any client of the SDK. */
export function clientOptions({ region, profile, endpointUrl }: AwsAccess) {
  return {
    requestHandler: new NodeHttpHandler(),
    ...(region === undefined ? {} : { region }),
    ...(profile === undefined ? {} : { profile }),
    ...(endpointUrl === undefined ? {} : { endpoint: endpointUrl }),
  };
}

/** The SDK would answer with a chain of providers that all failed. */
async function refuseUnknownProfile(given: string | undefined, environment: Environment): Promise<void> {
  const profile = given ?? environment.AWS_PROFILE;
  if (!profile || profile === 'default') return;
  const { configFile, credentialsFile } = await loadSharedConfigFiles({ ignoreCache: true });
  const known = [...new Set([...Object.keys(configFile), ...Object.keys(credentialsFile)])].filter(
    (name) => !name.includes('.'),
  );
  if (known.includes(profile)) return;
  const source = given === undefined ? 'AWS_PROFILE' : '--profile';
  const remedy = known.length > 0 ? `use one of ${known.toSorted().join(', ')}` : 'the files name no profile at all';
  throw new UsageError(`${source} ${profile}: ~/.aws/config and ~/.aws/credentials have no such profile; ${remedy}`);
}
