import { describe, expect, it } from 'vitest';
import { describeSettings } from '../../../core/settings/settings-reference.ts';
import { streamSettingNames, streamSettingsTable } from '../../../core/settings/stream-settings.ts';

const linesOf = () => describeSettings().split('\n');

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
  ])('has a row for %s', (_what, row) => {
    expect(linesOf()).toContain(row);
  });

  it('has a row and a paragraph for every setting, in their order', () => {
    const lines = linesOf();
    const rows = lines.filter((line) => /^\| `[a-z]\w+` \| `[A-Z_]+` \|/.test(line));
    expect(rows.map((line) => line.split('`')[1])).toEqual(streamSettingNames);
    const paragraphs = lines.filter((line) => line.startsWith('**'));
    expect(paragraphs).toEqual(streamSettingNames.map((name) => `**${name}**: ${streamSettingsTable[name].about}`));
    const [first, second] = paragraphs.map((line) => lines.indexOf(line));
    expect((second ?? 0) - (first ?? 0), 'paragraphs are set apart').toBe(2);
  });

  it('has the variables of the deployment as a whole', () => {
    const lines = linesOf();
    expect(lines).toContain(
      '| `CALL_TIMEOUT_SECONDS` | a call without an answer for so long is given up, 0.1 to 60 | 5 |',
    );
    expect(lines).toContain('| `LOG_LEVEL` | `trace`, `debug`, `info`, `warn`, `error` | `info` |');
  });
});
