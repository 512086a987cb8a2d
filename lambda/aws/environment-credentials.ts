/**
 * Stands in the bundle for `@aws-sdk/credential-provider-node` (an alias of the build). Lambda hands a function its role's
 * credentials in the environment; the chain of files, SSO, web identity and instance metadata behind it is 70 kB that no
 * function can ever use.
 */
import { fromEnv } from '@aws-sdk/credential-provider-env';

export const defaultProvider = fromEnv;
