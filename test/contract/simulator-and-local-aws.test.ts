/** The shortest loads that scale both ways, twice, and throttle; days of them are in simulator-and-local-aws.long.ts. */
import { it } from 'vitest';
import { alarmsAgree, loadChecksAgree, steps } from './simulator-and-local-aws.ts';

/** On its first day `adaptive` scales down after an hour. */
const firstHours = steps([1, 4], [1, 12], [3, 2], [1, 9], [3, 1]);

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
  await loadChecksAgree('adaptive', firstHours);
});

it('the simulator and the deployed stack reshard stepwise in the same minutes', async () => {
  await loadChecksAgree('adaptive', firstHours, 'stepwise');
});
