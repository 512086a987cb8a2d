import { defineCommand } from '../command.ts';

export const explain = defineCommand({
  name: 'explain',
  group: 'deployed',
  summary: 'what would be done with a stream now and why, rule by rule',
  regions: 'one',
  declare: (command) => command.argument('<stream>', 'name of the stream'),
  run: async ([stream = ''], _options, session) =>
    (await import('../fleet/show-explanation.ts')).showExplanation(stream, session),
});
