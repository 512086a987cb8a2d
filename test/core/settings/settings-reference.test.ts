import { describe, expect, it } from 'vitest';
import { givenSettings, stackSettings, takeOverSettings } from '../../../core/settings/deployment-settings.ts';
import { mapSettings } from '../../../core/settings/read-deployment-settings.ts';
import { describeSettings } from '../../../core/settings/settings-reference.ts';
import { streamSettingNames } from '../../../core/settings/stream-settings.ts';
import { readSettingSources } from '../../../scripts/settings-sources.ts';

const linesOf = () => describeSettings(readSettingSources()).split('\n');

describe('the reference', () => {
  it.each([
    ['a whole number', '| `minShards` | `MIN_SHARDS` | `autoscaling/min-shards` | shards | 1 to 10000 | 1 |'],
    [
      'a number above one that it may not be',
      '| `iteratorAgeLimitMinutes` | `SCALE_DOWN_MIN_ITER_AGE_MINS` | `autoscaling/iterator-age-limit-minutes` | minutes | above 0 to 525600 | 30 |',
    ],
    [
      'a default that follows from another setting',
      '| `scaleDownEvaluationPeriods` | `SCALE_DOWN_EVALUATION_PERIOD` | `autoscaling/scale-down-evaluation-periods` | periods | 1 to 1440 | 60 (300 minutes) |',
    ],
    [
      'a choice that no tag can make',
      '| `policy` | `SCALING_POLICY` | none |  | `doubling`, `target`, `adaptive` | `doubling` |',
    ],
    ['a choice', '| `hotShard` | `HOT_SHARD` | `autoscaling/hot-shard` |  | `ignore`, `tell`, `split` | `tell` |'],
  ])('docs/settings.md has a row of a stream for %s', (_what, row) => {
    expect(linesOf()).toContain(row);
  });

  it('docs/settings.md has a row and a paragraph for every setting of a stream, in the order of the table', () => {
    const lines = linesOf();
    const rows = lines.filter((line) => /^\| `\w+` \| `[A-Z_]+` \| (none|`autoscaling)/.test(line));
    expect(rows.map((line) => line.split('`')[1])).toEqual(streamSettingNames);
    const paragraphs = lines.filter((line) => line.startsWith('**'));
    expect(paragraphs.map((line) => line.split('**')[1])).toEqual(streamSettingNames);
    const [first = 0] = paragraphs.map((line) => lines.indexOf(line));
    expect(lines.slice(first, first + 6)).toEqual([
      '**policy**: How a stream is scaled. `doubling`: twice or half the shards when an alarm fires. `target`: a load check',
      'reads the offered load every minute, throttled records included, and goes to what it needs. `adaptive`: the same, with',
      'the setting that would have served the last week best. docs/policies.md has their figures. With the last two the',
      'scale-up alarm is a second line of defence and the scale-down alarm rests.',
      '',
      '**periodMinutes**: Length of one datapoint of both alarms. The evaluation periods below are counted in it.',
    ]);
  });

  it.each([
    ['a wait, in seconds', '| `retry.callTimeoutSeconds` | `CALL_TIMEOUT_SECONDS` | seconds | 0.1 to 60 | 5 |'],
    [
      'a default that another setting lifts',
      '| `retry.longestWaitSeconds` | `THROTTLE_RETRY_MAX_SLEEP` | seconds | 0 to 60 | 3, at least `retry.shortestWaitSeconds` |',
    ],
    ['a choice', '| `logLevel` | `LOG_LEVEL` |  | `trace`, `debug`, `info`, `warn`, `error` | `info` |'],
    ['a switch', '| `dryRun` | `DRY_RUN` |  | `true`, `false` | `true` |'],
    ['a text', '| `version` | `version` |  | text | none |'],
    ['a topic that the stack makes', '| `notices.topicArn` | `NOTICE_TOPIC_ARN` |  | ARN of a topic | none |'],
    ['what only an environment holds', '| `PROCESSING_LAMBDAS_PER_SHARD` | executions | 1 to 10 | 1 |'],
  ])('docs/settings.md has a row of the deployment for %s', (_what, row) => {
    expect(linesOf().filter((line) => line.startsWith(row))).toHaveLength(1);
  });

  it('docs/settings.md has a row for every variable of the deployment, each with its meaning', () => {
    const variables = [givenSettings, stackSettings, takeOverSettings].flatMap((table) => {
      const names: string[] = [];
      mapSettings(table, (_, setting) => names.push(setting.variable));
      return names;
    });
    expect(variables).toEqual(
      expect.arrayContaining(['DRY_RUN', 'CALL_TIMEOUT_SECONDS', 'DISCOVERY_OWNER', 'PROCESSING_LAMBDA_ARN']),
    );
    for (const variable of variables) {
      const rows = linesOf().filter((line) => line.includes(`| \`${variable}\` |`));
      expect(rows, variable).toHaveLength(1);
      expect(rows[0]?.split('|').at(-2), variable).toMatch(/^ [A-Z`].*\. $/);
    }
  });

  it('refuses a setting without a comment that says what it means', () => {
    const sources = readSettingSources();
    const bare = sources.stream.replace('/** Never fewer. At the minimum the scale-down alarm rests. */', '');
    expect(() => describeSettings({ ...sources, stream: bare })).toThrow('minShards has no comment above its row');
  });
});
