/** What a policy must keep besides the core figure, since that alone rewards throwing the insurance away. */
import { streamLimits } from '../../core/load/stream-replay.ts';
import type { CandidatePolicyName } from '../../simulator/candidate-policies.ts';
import { PASS_FRACTION } from '../../simulator/scorecard.ts';
import type { Case } from './case.ts';
import { summarize } from './summary.ts';
import { percent } from './table.ts';

export interface GateCases {
  readonly core: readonly Case[];
  readonly oddPeaks: readonly Case[];
  readonly flash: readonly Case[];
}

interface Gate {
  readonly name: string;
  readonly bound: string;
  readonly measure: (policy: CandidatePolicyName) => { readonly figure: string; readonly passed: boolean };
}

const BURST_FRACTION = 0.005;
const slow = { limits: { ...streamLimits, reshardSlowdown: 3 } };

export function gateRows(policies: readonly CandidatePolicyName[], cases: GateCases): readonly (readonly string[])[] {
  return gatesOf(cases).map(({ name, bound, measure }) => [
    name,
    bound,
    ...policies.flatMap((policy) => {
      const { figure, passed } = measure(policy);
      return [figure, passed ? 'pass' : 'FAIL'];
    }),
  ]);
}

function gatesOf({ core, oddPeaks, flash }: GateCases): readonly Gate[] {
  const atMost = (value: number, bound: number, figure: string) => ({ figure, passed: value <= bound });
  const mostThrottled = (policy: CandidatePolicyName, cases: readonly Case[], changes = {}) =>
    Math.max(...cases.map((each) => each.score(policy, changes).throttledFraction));
  const failures = (policy: CandidatePolicyName, cases: readonly Case[], changes = {}) =>
    cases.filter((each) => each.score(policy, changes).throttledFraction > PASS_FRACTION).length;
  return [
    {
      name: 'throttled, worst core run',
      bound: '<= 0.1 %',
      measure: (policy) => {
        const worst = mostThrottled(policy, core);
        return atMost(worst, PASS_FRACTION, percent(worst));
      },
    },
    {
      name: 'calls in any 24 h',
      bound: '<= 10',
      measure: (policy) => {
        const { mostCallsIn24h } = summarize(policy, core);
        return atMost(mostCallsIn24h, 10, String(mostCallsIn24h));
      },
    },
    {
      name: 'refusals',
      bound: '0',
      measure: (policy) => {
        const { refusals } = summarize(policy, core);
        return atMost(refusals, 0, String(refusals));
      },
    },
    {
      name: 'shard-hours / optimum, geometric mean',
      bound: '<= 1.35',
      measure: (policy) => {
        const { hoursRatio = Number.NaN } = summarize(policy, core);
        return atMost(hoursRatio, 1.35, hoursRatio.toFixed(3));
      },
    },
    {
      name: 'shard-hours / optimum, worst',
      bound: '<= 2.4',
      measure: (policy) => {
        const { worstHoursRatio = Number.NaN } = summarize(policy, core);
        return atMost(worstHoursRatio, 2.4, worstHoursRatio.toFixed(2));
      },
    },
    {
      name: 'dollars / optimum, geometric mean',
      bound: '<= 1.1',
      measure: (policy) => {
        const { dollarRatio } = summarize(policy, core);
        return atMost(dollarRatio, 1.1, dollarRatio.toFixed(3));
      },
    },
    ...flash.map((each) => ({
      name: `double flash crowd, peak ${each.peak}`,
      bound: '<= 0.5 %',
      measure: (policy: CandidatePolicyName) => {
        const { throttledFraction } = each.score(policy);
        return atMost(throttledFraction, BURST_FRACTION, percent(throttledFraction));
      },
    })),
    {
      name: 'retry model, worst core run',
      bound: '<= 0.5 %',
      measure: (policy) => {
        const worst = mostThrottled(policy, core, { model: 'retry' });
        return atMost(worst, BURST_FRACTION, percent(worst));
      },
    },
    {
      name: `peaks 5 and 23, runs above 0.1 % (of ${oddPeaks.length})`,
      bound: '<= 1',
      measure: (policy) => {
        const count = failures(policy, oddPeaks);
        return atMost(count, 1, String(count));
      },
    },
    {
      name: `resharding 3x slower, runs above 0.1 % (of ${core.length})`,
      bound: '<= those of target',
      measure: (policy) => {
        const count = failures(policy, core, slow);
        return atMost(
          count,
          failures('target', core, slow),
          `${count} (worst ${percent(mostThrottled(policy, core, slow))})`,
        );
      },
    },
  ];
}
