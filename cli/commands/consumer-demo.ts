import type { Command } from 'commander';
import { UsageError } from '../usage-error.ts';

/** `consumer-demo`: a lagging consumer and the workers that follow its lag, on this machine. */
export function registerConsumerDemo(program: Command): void {
  program
    .command('consumer-demo')
    .description('shows on this machine how workers follow the lag of a consumer; ends by itself')
    .option(
      '--burst <minutes>',
      'how long the burst lasts, in minutes of the demo (a minute takes a second)',
      readMinutes,
      12,
    )
    .action(showConsumerDemo);
}

async function showConsumerDemo({ burst }: { readonly burst: number }): Promise<void> {
  const { runConsumerDemo } = await import('../consumer-demo/consumer-demo.ts');
  const { written, read } = await runConsumerDemo({ burstMinutes: burst, write: (line) => console.log(line) });
  if (read !== written) throw new Error(`${written - read} records were lost`);
}

function readMinutes(text: string): number {
  const minutes = Number(text);
  if (Number.isInteger(minutes) && minutes >= 1 && minutes <= 60) return minutes;
  throw new UsageError(`--burst: "${text}" is not a whole number of minutes from 1 to 60`);
}
