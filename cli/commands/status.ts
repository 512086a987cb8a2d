import { defineCommand } from '../command.ts';

export const status = defineCommand({
  name: 'status',
  group: 'deployed',
  summary:
    'the fleet: shards, utilization, alarms, last scaling, calls left, drift; exits with 1 if a stream has a finding',
  regions: 'several',
  declare: (command) => command.argument('[streams...]', 'names of streams (default: all that are managed)'),
  run: async (streams, _options, session) => (await import('../fleet/show-status.ts')).showStatus(streams, session),
});
