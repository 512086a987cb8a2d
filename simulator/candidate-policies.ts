/** Every policy that a comparison can run, by the name that `--policy` takes. */
import { loadPolicies } from '../core/load/load-policies.ts';
import { readStreamSettings } from '../core/settings/read-stream-settings.ts';
import type { LoadPolicyName } from '../core/settings/stream-settings.ts';
import { runAlarms } from './alarm-run.ts';
import { fittedHalving } from './competitors/fitted-halving.ts';
import { runOnDemand } from './competitors/on-demand.ts';
import { pollingUtility } from './competitors/polling-utility.ts';
import { scalerOf } from './load-policies.ts';
import { type RunOptions, runStream, type StreamRun } from './stream-run.ts';

export interface CandidatePolicy {
  readonly about: string;
  /** Ours can be deployed by a setting; the others are competitors. */
  readonly ours: boolean;
  readonly billing: 'shards' | 'on-demand' | 'on-demand-advantage';
  readonly run: (load: Float64Array, options: RunOptions) => StreamRun;
}

export const candidatePolicies = {
  ...loadPolicyCandidates(),
  doubling: {
    about: 'the reference autoscaler with its templates: 0.75 / 0.25, on the production core',
    ours: true,
    billing: 'shards',
    run: (load, options) => runAlarms(load, 'doubling', settingsOf({}), options),
  },
  'reference-code': {
    about: 'the reference autoscaler with the defaults of its code: 0.25 / 0.075, on the same core',
    ours: false,
    billing: 'shards',
    run: (load, options) => runAlarms(load, 'reference-code', settingsOf(referenceCode), options),
  },
  'polling-utility': {
    about: 'the polling scaling utility: x1.5 above 75 %, -25 % below 25 %',
    ours: false,
    billing: 'shards',
    run: (load, options) => runStream(load, pollingUtility(), options),
  },
  'fitted-halving': {
    about: 'up at one datapoint of 75 %, down once a day below 25 %',
    ours: false,
    billing: 'shards',
    run: (load, options) => runStream(load, fittedHalving(), options),
  },
  'static-peak': {
    about: 'as many shards as the peak needs, known beforehand',
    ours: false,
    billing: 'shards',
    run: runStaticPeak,
  },
  'on-demand': {
    about: 'On-demand Standard',
    ours: false,
    billing: 'on-demand',
    run: (load, options) => runOnDemand(load, 'on-demand', options),
  },
  'on-demand-advantage': {
    about: 'On-demand Advantage',
    ours: false,
    billing: 'on-demand-advantage',
    run: (load, options) => runOnDemand(load, 'on-demand-advantage', options),
  },
} as const satisfies Record<string, CandidatePolicy>;

export type CandidatePolicyName = keyof typeof candidatePolicies;

export const candidatePolicyNames = Object.keys(candidatePolicies) as readonly CandidatePolicyName[];

export function isCandidatePolicy(name: string): name is CandidatePolicyName {
  return Object.hasOwn(candidatePolicies, name);
}

function loadPolicyCandidates(): Record<LoadPolicyName, CandidatePolicy> {
  const candidates = Object.entries(loadPolicies).map(([name, { about, create }]): [string, CandidatePolicy] => [
    name,
    { about, ours: true, billing: 'shards', run: (load, options) => runStream(load, scalerOf(create()), options) },
  ]);
  return Object.fromEntries(candidates) as Record<LoadPolicyName, CandidatePolicy>;
}

/** The reference's code has no cooldown and keeps no call in reserve. */
const referenceCode = {
  scaleUpThreshold: 0.25,
  scaleDownThreshold: 0.075,
  scaleDownCooldownMinutes: 0,
  dailyQuotaReserve: 0,
};

function settingsOf(given: Readonly<Record<string, unknown>>) {
  const settings = readStreamSettings(given);
  if (settings.ok) return settings.value;
  throw new Error(`settings of a candidate policy are refused: ${JSON.stringify(settings.faults)}`);
}

function runStaticPeak(load: Float64Array): StreamRun {
  const shards = load.reduce((most, value) => Math.max(most, Math.ceil(value - 1e-9)), 1);
  const capacity = new Float64Array(load.length).fill(shards);
  const throttled = new Float64Array(load.length);
  return { policy: 'static-peak', minutes: load.length, capacity, billed: capacity, throttled, calls: [], refusals: 0 };
}
