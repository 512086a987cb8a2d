/** The values of those settings of a stream that are choices. */

export const iteratorAgeRules = ['auto', 'required', 'ignore'] as const;
export type IteratorAgeRule = (typeof iteratorAgeRules)[number];

/**
 * Policies by which a load check decides every minute; `doubling` waits for an alarm. For a new name the compiler asks for its
 * row in core/load/load-policies.ts.
 */
export const loadPolicyNames = ['target', 'adaptive'] as const;
export type LoadPolicyName = (typeof loadPolicyNames)[number];

export const policyNames = ['doubling', ...loadPolicyNames] as const;
export type PolicyName = (typeof policyNames)[number];

export function isLoadDriven<T extends { readonly policy?: PolicyName }>(
  settings: T,
): settings is T & { readonly policy: LoadPolicyName } {
  return loadPolicyNames.some((name) => name === settings.policy);
}

export const concurrencyFallbacks = ['keep', 'remove'] as const;
export type ConcurrencyFallback = (typeof concurrencyFallbacks)[number];

export const reshardingWays = ['calls', 'stepwise'] as const;

export const hotShardRules = ['ignore', 'tell', 'split'] as const;
export type HotShardRule = (typeof hotShardRules)[number];
