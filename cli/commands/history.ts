import { defineCommand } from '../command.ts';
import { numberOf } from '../option-values.ts';

export const history = defineCommand<{ readonly hours: number }>({
  name: 'history',
  group: 'deployed',
  summary: 'what happened to a stream: alarm transitions, calls, decisions',
  regions: 'one',
  declare: (command) =>
    command
      .argument('<stream>', 'name of the stream')
      .option('--hours <number>', 'how far to look back', numberOf({ least: 0, isExclusive: true, what: 'hours' }), 24),
  run: async ([stream = ''], { hours }, session) =>
    (await import('../fleet/history.ts')).showHistory(stream, hours, session),
});
