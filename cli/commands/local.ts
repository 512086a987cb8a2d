/** `kinesis-autoscaler local`: AWS on this machine, kept up on one endpoint until it is interrupted. */
import { defineCommand } from '../command.ts';
import type { LocalOptions } from '../local/local-session.ts';
import { numberOf, positiveNumber } from '../option-values.ts';

export const local = defineCommand<LocalOptions>({
  name: 'local',
  group: 'try',
  summary: 'keeps a local AWS up on one endpoint, for the AWS CLI and every AWS SDK',
  regions: 'none',
  declare: (command) =>
    command
      .option(
        '--port <number>',
        'port to listen on, loopback only (default: any free one)',
        numberOf({ least: 0, most: 65_535, isWhole: true }),
        0,
      )
      .option(
        '--speed <factor>',
        'clock seconds per second: alarms, schedules and resharding run that much faster',
        positiveNumber,
        1,
      )
      .option('--throttle', "enforce AWS's call rates", false)
      .option(
        '--fail <call=error[:times]>',
        'let calls fail, such as UpdateShardCount=LimitExceededException:2 or cloudwatch:PutMetricAlarm=timeout; the error is an AWS error code, 500, timeout, reset or kill (the last three also with -after); repeatable',
        (text: string, earlier: readonly string[]) => [...earlier, text],
        [],
      )
      .option(
        '--latency <ms>',
        'time that every call takes, on the clock',
        numberOf({ least: 0, what: 'milliseconds' }),
        0,
      )
      .option('--deploy', 'synthesize the stack of cdk.json and deploy it', false),
  run: async (_words, options, session) => {
    const { runLocal } = await import('../local/local-session.ts');
    await runLocal(options, session);
    return 'fine';
  },
});
