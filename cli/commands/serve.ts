import type { Command } from 'commander';
import { UsageError } from '../usage-error.ts';

type ServeFlags = { readonly config?: string; readonly check?: true; readonly example?: true };

/** `serve`: signals, emitters, external scaler, joint decisions and monitor, until SIGTERM. */
export function registerServe(program: Command): void {
  program
    .command('serve')
    .description('publishes the numbers that processors of a stream scale on, until SIGTERM')
    .option('--config <file>', 'the YAML configuration')
    .option('--check', 'validates the configuration and the files that it names, and ends')
    .option('--example', 'prints a commented configuration, and ends')
    .action(runServe);
}

async function runServe({ config, check, example }: ServeFlags): Promise<void> {
  const write = (text: string): void => void process.stdout.write(text);
  if (example) {
    write((await import('../../consumer/serve/example.ts')).exampleConfig);
    return;
  }
  if (config === undefined)
    throw new UsageError('--config is missing: name a configuration file, or print one with --example');
  // gRPC, NATS and the SDK clients load here, so that the other commands do without them.
  const { checkCommand, ConfigError, serveCommand } = await import('../../consumer/serve/command.ts');
  try {
    if (!check) return await serveCommand(config, write);
    await checkCommand(config);
    write(`${config} is valid\n`);
  } catch (error) {
    if (error instanceof ConfigError) throw new UsageError(error.message);
    throw error;
  }
}
