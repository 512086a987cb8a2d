import { defineCommand } from '../command.ts';
import { UsageError } from '../exit-codes.ts';
import { required } from '../option-values.ts';

export const manifests = defineCommand<{ readonly config?: string }>({
  name: 'manifests',
  group: 'consumers',
  summary:
    'prints the ScaledObject, the ECS target-tracking policy and the Prometheus scrape job of a serve configuration',
  regions: 'none',
  declare: (command) => command.option('--config <file>', 'the YAML configuration of serve'),
  run: async (_words, { config }, session) => {
    const path = required(config, '--config', 'name the configuration file of serve');
    const { ConfigError, manifestsCommand } = await import('../../consumer/serve/command.ts');
    try {
      await manifestsCommand(path, (text) => session.answer(text.replace(/\n$/, '')));
      return 'fine';
    } catch (error) {
      if (error instanceof ConfigError) throw new UsageError(error.message);
      throw error;
    }
  },
});
