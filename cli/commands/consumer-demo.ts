import { defineCommand } from '../command.ts';
import { numberOf } from '../option-values.ts';

export const consumerDemo = defineCommand<{ readonly burst: number }>({
  name: 'consumer-demo',
  group: 'try',
  summary: 'shows on this machine how workers follow the lag of a consumer; ends by itself',
  regions: 'none',
  declare: (command) =>
    command.option(
      '--burst <minutes>',
      'how long the burst lasts, in minutes of the demo (a minute takes a second)',
      numberOf({ least: 1, most: 60, isWhole: true, what: 'minutes' }),
      12,
    ),
  run: async (_words, { burst }, { format, answer, aside }) => {
    const { runConsumerDemo } = await import('../consumer-demo/consumer-demo.ts');
    const result = await runConsumerDemo({ burstMinutes: burst, write: aside });
    if (format === 'json') answer(JSON.stringify(result));
    if (result.read !== result.written) throw new Error(`${result.written - result.read} records were lost`);
    return 'fine';
  },
});
