/** The reference of all settings as Markdown, read from the table that the product itself reads. */

import { tagOf } from './setting-tag.ts';
import {
  type StreamSetting,
  type StreamSettingName,
  streamSettingNames,
  streamSettingsTable,
} from './stream-settings.ts';

export function describeSettings(): string {
  return `# Settings

Generated from \`core/settings/stream-settings.ts\` by \`npm run docs:settings\`.

Each setting may stand in three places; the later wins:

1. the environment of the functions: the deployment's defaults (in \`cdk.json\`: \`defaults\`);
2. the stream's own entry in \`cdk.json\`, under the setting's name;
3. a tag on the stream.

Faults are all reported at once, at synth or at the start of a function, each with field, value and way out. A malformed value
never becomes the default, with one exception: a \`DRY_RUN\` that cannot be read means dry run.

| setting | variable | tag | unit | range | default |
| --- | --- | --- | --- | --- | --- |
${streamSettingNames.map(row).join('\n')}

${streamSettingNames.map((name) => `**${name}**: ${streamSettingsTable[name].about}`).join('\n\n')}

## Of the deployment as a whole

| variable | meaning | default |
| --- | --- | --- |
${deploymentVariables.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}

## What must hold between settings

- \`minShards\` <= \`maxShards\`
- \`scaleDownThreshold\` < \`scaleUpThreshold\` / 2: halving doubles the utilization
- datapoints <= evaluation periods, and evaluation periods x \`periodMinutes\` <= one day
- \`scaleUpDatapointsToAlarm\` > \`scaleDownEvaluationPeriods\` - \`scaleDownDatapointsToAlarm\`: both alarms can never hold in one minute
- \`dailyQuotaReserve\` < \`dailyQuota\`
`;
}

const deploymentVariables = [
  ['`DRY_RUN`', 'anything but `false`, `0`, `no` or `off`: decide, tell, write nothing', '`true`'],
  [
    '`PROCESSING_LAMBDA_ARN`',
    'without settings.json: a function that reads the stream; it is asked which streams it reads',
    'none',
  ],
  ['`PROCESSING_LAMBDAS_PER_SHARD`', 'its concurrent executions per open shard, 1 to 10', '1'],
  ['`THROTTLE_RETRY_MIN_SLEEP`', 'seconds: shortest wait before a throttled call is sent again, 0 to 60', '1'],
  ['`THROTTLE_RETRY_MAX_SLEEP`', 'seconds: longest wait, 0 to 60', '3'],
  ['`THROTTLE_RETRY_COUNT`', 'how often it is sent again, 0 to 100; 0 sends once', '30'],
  ['`CALL_TIMEOUT_SECONDS`', 'a call without an answer for so long is given up, 0.1 to 60', '5'],
  ['`NOTICE_TOPIC_ARN`', 'SNS topic that is told of every scaling, every hold that is news and every failure', 'none'],
  ['`PAGER_TOPIC_ARN`', 'SNS topic that is told of failures only', 'none'],
  [
    '`DISCOVERY_TOPIC_ARN`',
    'topic for the alarms of streams that ask by the tag `autoscaling/enabled` = `true`; without it tags are not looked for',
    'none',
  ],
  ['`DISCOVERY_OWNER`', 'name on the alarms that were made for them', '`kinesis-autoscaler`'],
  [
    '`STREAM_METRICS`',
    '`true`: the open shard count of each stream as a metric, `OpenShardCount` by `StreamName`, at every reconcile',
    '`false`',
  ],
  ['`LOG_LEVEL`', '`trace`, `debug`, `info`, `warn`, `error`', '`info`'],
  ['`version`, `deploymentRing`', 'fields of every log line', 'empty'],
] as const;

function row(name: StreamSettingName): string {
  const knob = streamSettingsTable[name];
  return `| \`${name}\` | \`${knob.variable}\` | ${knob.noTagFor === undefined ? `\`${tagOf(name)}\`` : 'none'} | ${knob.unit} | ${rangeOf(knob)} | ${defaultOf(knob)} |`;
}

function rangeOf(knob: StreamSetting): string {
  if (knob.kind === 'choice') return knob.choices.map((choice) => `\`${choice}\``).join(', ');
  const low = knob.above === undefined ? `${knob.from ?? 0}` : `above ${knob.above}`;
  return `${low} to ${knob.to}`;
}

function defaultOf(knob: StreamSetting): string {
  const value = knob.default({});
  const text = knob.kind === 'choice' ? `\`${value}\`` : String(value);
  return knob.derived === undefined ? text : `${text} (${knob.derived})`;
}
