/** `kinesis-autoscaler local`: AWS on this machine, kept up on one endpoint until it is interrupted. */
import type { Command } from 'commander';
import type { LocalOptions } from '../local/local-session.ts';
import { UsageError } from '../usage-error.ts';

export function registerLocal(program: Command): void {
  program
    .command('local')
    .description('keeps a local AWS up on one endpoint, for the AWS CLI and every AWS SDK')
    .option('--port <number>', 'port to listen on, loopback only (default: any free one)', readPort, 0)
    .option(
      '--speed <factor>',
      'clock seconds per second: alarms, schedules and resharding run that much faster',
      readSpeed,
      1,
    )
    .option('--throttle', "enforce AWS's call rates", false)
    .option(
      '--fail <call=error[:times]>',
      'let calls fail, such as UpdateShardCount=LimitExceededException:2 or cloudwatch:PutMetricAlarm=timeout; the error is an AWS error code, 500, timeout, reset or kill (the last three also with -after); repeatable',
      (text: string, earlier: readonly string[]) => [...earlier, text],
      [],
    )
    .option('--latency <ms>', 'time that every call takes, on the clock', readMilliseconds, 0)
    .option('--deploy', 'synthesize the stack of cdk.json and deploy it', false)
    .option('--json', 'print one JSON line when it is ready, and nothing else', false)
    .action(async (options: LocalOptions) => {
      const { runLocal } = await import('../local/local-session.ts');
      await runLocal(options);
    });
}

function readPort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new UsageError(`--port: "${text}" is not a port, 0 to 65535`);
}

function readSpeed(text: string): number {
  const speed = Number(text);
  if (Number.isFinite(speed) && speed > 0) return speed;
  throw new UsageError(`--speed: "${text}" is not a number above 0`);
}

function readMilliseconds(text: string): number {
  const milliseconds = Number(text);
  if (Number.isFinite(milliseconds) && milliseconds >= 0) return milliseconds;
  throw new UsageError(`--latency: "${text}" is not a number of milliseconds from 0 up`);
}
