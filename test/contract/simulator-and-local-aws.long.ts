/** Days of load: default settings, quotas and alarms that wait, and a policy that has had a day to choose from. */
import { it } from 'vitest';
import { alarmsAgree, hoursOf, loadChecksAgree, steps } from './simulator-and-local-aws.ts';

it('the simulator and the deployed stack scale in the same minutes over 31 hours of taxis, with default settings', async () => {
  await alarmsAgree({
    load: hoursOf('nab-nyc-taxi', 30 * 24, 31, 14),
    settings: {},
    deployed: { reconcileMinutes: 30 },
  });
});

it('the simulator and the deployed stack scale in the same minutes at bounds, in cooldowns, and when the quota of the day is spent', async () => {
  // So that alarms wait and are re-armed.
  await alarmsAgree({
    load: steps([2, 2], [1, 3.4], [2, 9], [7, 1.2], [2, 14], [5, 0.3], [3, 11], [4, 0.2], [2, 6], [8, 1], [2, 16]),
    settings: {
      minShards: 2,
      maxShards: 13,
      scaleDownCooldownMinutes: 240,
      scaleDownEvaluationPeriods: 24,
      scaleDownDatapointsToAlarm: 22,
      dailyQuota: 5,
      dailyQuotaReserve: 2,
    },
  });
});

it('the simulator and the deployed stack scale in the same minutes by 14 hours of load checks', async () => {
  await loadChecksAgree('target', hoursOf('ms-ingress-04', 98, 14, 12));
});

it('the simulator and the deployed stack scale in the same minutes by a policy that adapts after a day', async () => {
  await loadChecksAgree('adaptive', hoursOf('ms-ingress-04', 98, 27, 12));
});
