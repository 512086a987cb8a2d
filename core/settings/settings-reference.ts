/**
 * docs/settings.md: the reference of all settings as Markdown, from the tables that the product itself reads. What a
 * setting means is the comment above its row, where an editor shows it too; in the table it would be part of the
 * deployed bundle.
 */
import {
  type DeploymentSetting,
  type DeploymentSettings,
  givenSettings,
  stackSettings,
  takeOverSettings,
} from './deployment-settings.ts';
import { contextSpelling, inSeconds, mapSettings, secondsName } from './read-deployment-settings.ts';
import type { SettingKind } from './setting.ts';
import { tagOf } from './setting-tag.ts';
import {
  type StreamSetting,
  type StreamSettingName,
  streamSettingNames,
  streamSettingsTable,
} from './stream-settings.ts';

export interface SettingSources {
  /** Text of stream-settings.ts. */
  readonly stream: string;
  /** Text of deployment-settings.ts. */
  readonly deployment: string;
}

export function describeSettings(sources: SettingSources): string {
  const ofStream = readComments(sources.stream);
  const ofDeployment = readComments(sources.deployment);
  return `# Settings

Generated from \`core/settings/stream-settings.ts\` and \`core/settings/deployment-settings.ts\` by \`npm run docs:settings\`.

All faults are reported at once, at synth or at the start of a function, each with field, value and remedy. A malformed
value never becomes the default, with one exception: a \`DRY_RUN\` that cannot be read means dry run.

## Of a stream

Each setting may be given in three places; the later overrides the earlier:

1. the environment of the functions: the deployment's defaults (in \`cdk.json\`: \`defaults\`);
2. the stream's own entry in \`cdk.json\`, under the setting's name;
3. a tag on the stream.

| setting | variable | tag | unit | range | default |
| --- | --- | --- | --- | --- | --- |
${streamSettingNames.map(streamRow).join('\n')}

${streamSettingNames.map((name) => wrap(`**${name}**: ${ofStream(name)}`)).join('\n\n')}

### What must hold between settings

- \`minShards\` <= \`maxShards\`
- \`scaleDownThreshold\` < \`scaleUpThreshold\` / 2: halving doubles the utilization
- datapoints <= evaluation periods, and evaluation periods x \`periodMinutes\` <= one day
- \`scaleUpDatapointsToAlarm\` > \`scaleDownEvaluationPeriods\` - \`scaleDownDatapointsToAlarm\`: both alarms can never hold
  in one minute
- \`dailyQuotaReserve\` < \`dailyQuota\`

## Of the deployment as a whole

Each setting has its name in \`cdk.json\`; the other keys are in [deploy.md](deploy.md). The construct takes the same
names, with waits in milliseconds: \`retry.callTimeoutMs\`.

${describeDeploymentSettings('setting', givenSettings, ofDeployment)}

The stack sets these, from the key in the first column:

${describeDeploymentSettings('from', stackSettings, ofDeployment)}

These are for a function that is taken over by changing its code, without settings.json ([take-over.md](take-over.md)):

${describeDeploymentSettings('', takeOverSettings, ofDeployment)}
`;
}

type CommentOn = (name: string) => string;

/** The comment above each row of a table, as one line. */
function readComments(source: string): CommentOn {
  const found = source.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*(\w+):/g);
  const comments = new Map([...found].map(([, text = '', name = '']) => [name, text.replaceAll(/\n\s*\*/g, ' ')]));
  return (name) => {
    const comment = comments.get(name)?.replaceAll(/\s+/g, ' ').trim();
    if (!comment) throw new TypeError(`${name} has no comment above its row`);
    return comment;
  };
}

const lineWidth = 120;

function wrap(text: string): string {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const longer = lines.length === 0 ? word : `${lines.at(-1)} ${word}`;
    if (longer.length > lineWidth) lines.push(word);
    else lines.splice(-1, 1, longer);
  }
  return lines.join('\n');
}

function streamRow(name: StreamSettingName): string {
  const setting = streamSettingsTable[name];
  const tag = setting.noTagFor === undefined ? code(tagOf(name)) : 'none';
  return row([code(name), code(setting.variable), tag, unitOf(setting), rangeOf(setting), streamDefaultOf(setting)]);
}

function streamDefaultOf(setting: StreamSetting): string {
  const value = setting.default({});
  const text = setting.kind === 'choice' ? code(value) : String(value);
  return setting.derived === undefined ? text : `${text} (${setting.derived})`;
}

/** @param heading of the names in cdk.json; empty where there are none. */
function describeDeploymentSettings(heading: string, table: DeploymentSettings, commentOn: CommentOn): string {
  const rows: string[] = [];
  mapSettings(table, (path, setting) => {
    const name = code(contextSpelling.nameOf(path, setting));
    const cells = [...deploymentCells(inSeconds(setting)), commentOn(path.split('.').at(-1) ?? path)];
    rows.push(row(heading === '' ? cells : [name, ...cells]));
  });
  const headings = [...(heading === '' ? [] : [heading]), 'variable', 'unit', 'range', 'default', 'meaning'];
  return [row(headings), row(headings.map(() => '---')), ...rows].join('\n');
}

function deploymentCells(setting: DeploymentSetting): readonly string[] {
  return [code(setting.variable), unitOf(setting), rangeOf(setting), deploymentDefaultOf(setting)];
}

function deploymentDefaultOf(setting: DeploymentSetting): string {
  const { default: value } = setting;
  if (value === undefined || value === '') return 'none';
  if (typeof value !== 'number') return code(value);
  const lowest = 'notBelow' in setting && setting.notBelow ? `, at least ${code(secondsName(setting.notBelow))}` : '';
  return `${value}${lowest}`;
}

function unitOf(setting: SettingKind): string {
  return 'unit' in setting ? setting.unit : '';
}

function rangeOf(setting: SettingKind): string {
  switch (setting.kind) {
    case 'number':
    case 'integer':
      return `${setting.above === undefined ? (setting.from ?? 0) : `above ${setting.above}`} to ${setting.to}`;
    case 'choice':
      return setting.choices.map(code).join(', ');
    case 'switch':
      return '`true`, `false`';
    case 'arn':
      return `ARN of a ${setting.of}`;
    case 'text':
      return 'text';
  }
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function code(text: unknown): string {
  return `\`${text}\``;
}
