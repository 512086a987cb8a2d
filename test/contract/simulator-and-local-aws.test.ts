/** The shortest loads that scale both ways, twice, and throttle; days of them are in simulator-and-local-aws.long.ts. */
import { it } from 'vitest';
import { alarmsAgree, hoursOf, loadChecksAgree, steps } from './simulator-and-local-aws.ts';

it('the simulator and the deployed stack scale in the same minutes by alarms', async () => {
  await alarmsAgree({
    load: steps([1, 2], [1, 9], [3, 1.2], [1, 14], [3, 0.3]),
    settings: {
      minShards: 2,
      maxShards: 13,
      scaleDownCooldownMinutes: 60,
      scaleDownEvaluationPeriods: 12,
      scaleDownDatapointsToAlarm: 11,
    },
    deployed: { reconcileMinutes: 30 },
  });
});

it('the simulator and the deployed stack scale in the same minutes by load checks', async () => {
  await loadChecksAgree('target', hoursOf('ms-ingress-04', 96, 4, 12));
});
