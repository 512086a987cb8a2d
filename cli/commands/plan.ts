import { defineCommand } from '../command.ts';

export const plan = defineCommand({
  name: 'plan',
  group: 'deployed',
  summary: 'the effects of the next scaling of a stream, in order, with dollars a month',
  regions: 'one',
  declare: (command) => command.argument('<stream>', 'name of the stream'),
  run: async ([stream = ''], _options, session) => (await import('../fleet/show-plan.ts')).showPlan(stream, session),
});
