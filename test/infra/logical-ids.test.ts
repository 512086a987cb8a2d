/**
 * The logical ids of a deployment that has everything. CloudFormation replaces a resource whose id changes: a new topic
 * has no subscribers, a new log group no history, and the alarms of a replaced topic notify nobody. A change here needs
 * a way to upgrade, in CHANGELOG.md.
 */
import { expect, it } from 'vitest';
import { deploy } from './deployed-stack.ts';

const everything = {
  notices: { email: 'team@example.com' },
  pager: true,
  discovery: true,
  dashboards: true,
  streams: [
    {
      name: 'orders',
      schedules: [{ name: 'morning', cron: '0 7 ? * MON-FRI *', shards: 2, minutes: 60 }],
    },
    { name: 'clicks', create: true, shardCount: 2, policy: 'target' },
  ],
};

it('a deployed resource keeps its logical id, or CloudFormation would replace it', () => {
  const ids = Object.keys(deploy(everything).resources)
    .filter((id) => !id.startsWith('AWSCDKTrigger'))
    // CDK puts a digest of code and settings behind it: each version is new.
    .map((id) => id.replace(/(CurrentVersion[0-9A-F]{8})[0-9a-f]{32}$/, '$1'));
  expect(ids.sort()).toEqual([
    'AutoscalerAlarmTopic1F65585A',
    'AutoscalerAlarmTopicKey4B1D0132',
    'AutoscalerAlarmTopicPolicy0CD68778',
    'AutoscalerDashboardsDashboard1B6398821',
    'AutoscalerDeadLetterQueueFBFB27FD',
    'AutoscalerDeadLetterQueuePolicyEE12504D',
    'AutoscalerDeployTriggerFA4B4F22',
    'AutoscalerHandOverDD753F7B',
    'AutoscalerHealthDeadLetters288301EE',
    'AutoscalerHealthFailuresB598E875',
    'AutoscalerHealthReconcilerErrors0128D6E4',
    'AutoscalerHealthScalerErrors126887DD',
    'AutoscalerInvokeScalerF3DE96CB',
    'AutoscalerLookSchedule18CC5B02',
    'AutoscalerNoticeTopic0487DD2A',
    'AutoscalerNoticeTopicPolicy8B728BD0',
    'AutoscalerNoticeTopicteamexamplecom8860CCD2',
    'AutoscalerPagerTopicD63BAFB7',
    'AutoscalerPagerTopicPolicy01DE760D',
    'AutoscalerPermissionsPolicy14B50E9C6',
    'AutoscalerReconcilerFunction270266DB',
    'AutoscalerReconcilerFunctionCurrentVersionA379BEA3',
    'AutoscalerReconcilerFunctionEventInvokeConfig15E485D2',
    'AutoscalerReconcilerLogs78E42DFB',
    'AutoscalerReconcilerRole57B700DD',
    'AutoscalerReconcilerRoleDefaultPolicy2824B4D3',
    'AutoscalerScalerFunctionAlarmTopic40CA8186',
    'AutoscalerScalerFunctionAllowInvokeKinesisAutoscalerAlarmTopicAEC4A94188CCE5A4',
    'AutoscalerScalerFunctionCC6E2B4D',
    'AutoscalerScalerFunctionEventInvokeConfig7BA45B74',
    'AutoscalerScalerLogsE7942F64',
    'AutoscalerScalerRole02B4DF72',
    'AutoscalerScalerRoleDefaultPolicy98ABA37D',
    'AutoscalerScheduleF5FB5320',
    'AutoscalerScheduleRoleCFC44E6B',
    'AutoscalerStreamclicksScaleDown3DCD03BB',
    'AutoscalerStreamclicksScaleUp376FDCAE',
    'AutoscalerStreamordersScaleDownC0FB5E64',
    'AutoscalerStreamordersScaleUpA4ABEB57',
    'AutoscalerStreamordersSchedulemorning47F6377D',
    'StreamclicksDC2FD8E0',
  ]);
});
