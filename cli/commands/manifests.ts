import type { Command } from 'commander';
import { UsageError } from '../usage-error.ts';

/** `manifests`: the settings that KEDA, ECS and Prometheus need for a configuration of `serve`. */
export function registerManifests(program: Command): void {
  program
    .command('manifests')
    .description(
      'prints the ScaledObject, the ECS target-tracking policy and the Prometheus scrape job of a serve configuration',
    )
    .requiredOption('--config <file>', 'the YAML configuration of serve')
    .action(printManifests);
}

async function printManifests({ config }: { readonly config: string }): Promise<void> {
  const { ConfigError, manifestsCommand } = await import('../../consumer/serve/command.ts');
  try {
    await manifestsCommand(config, (text) => void process.stdout.write(text));
  } catch (error) {
    if (error instanceof ConfigError) throw new UsageError(error.message);
    throw error;
  }
}
