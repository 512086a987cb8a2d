/**
 * Every load policy by its name. The deployed function, the simulator and the command line take them from here. A new one is a
 * file of its own, its name in core/settings/setting-choices.ts, and its row here, for which the compiler asks.
 */
import type { LoadPolicyName } from '../settings/stream-settings.ts';
import { adaptivePolicy, type LoadPolicy, targetPolicy } from './load-policy.ts';

interface LoadPolicyRow {
  /** What it does, in one line for `--help` and reports. */
  readonly about: string;
  readonly create: () => LoadPolicy;
}

export const loadPolicies = {
  adaptive: {
    about: 'target, with the setting that would have served the last week best',
    create: () => adaptivePolicy(),
  },
  target: {
    about: 'follows the offered load on the 25 % grid, with calls in reserve',
    create: () => targetPolicy(),
  },
} as const satisfies Readonly<Record<LoadPolicyName, LoadPolicyRow>>;

export function loadPolicyNamed(name: LoadPolicyName): LoadPolicy {
  return loadPolicies[name].create();
}
