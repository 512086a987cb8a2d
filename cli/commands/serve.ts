import { defineCommand } from '../command.ts';
import { UsageError, type Verdict } from '../exit-codes.ts';
import { required } from '../option-values.ts';
import type { Session } from '../session.ts';

interface ServeOptions {
  readonly config?: string;
  readonly check?: true;
  readonly example?: true;
}

export const serve = defineCommand<ServeOptions>({
  name: 'serve',
  group: 'consumers',
  summary: 'publishes the numbers that processors of a stream scale on, until SIGTERM',
  regions: 'none',
  declare: (command) =>
    command
      .option('--config <file>', 'the YAML configuration')
      .option('--check', 'validates the configuration and the files that it names, and ends')
      .option('--example', 'prints a commented configuration, and ends'),
  run: (_words, options, session) => runServe(options, session),
});

async function runServe({ config, check, example }: ServeOptions, { answer, complain }: Session): Promise<Verdict> {
  const write = (text: string): void => answer(text.replace(/\n$/, ''));
  if (example) {
    write((await import('../../consumer/serve/example.ts')).exampleConfig);
    return 'fine';
  }
  const path = required(config, '--config', 'name a configuration file, or print one with --example');
  // gRPC, NATS and the SDK clients load here, so that the other commands do without them.
  const { checkCommand, ConfigError, serveCommand } = await import('../../consumer/serve/command.ts');
  try {
    if (!check) await serveCommand(path, write);
    else {
      await checkCommand(path);
      write(`${path} is valid`);
    }
    return 'fine';
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    // A check has found what it looked for; a service cannot start.
    if (!check) throw new UsageError(error.message);
    complain(error.message);
    return 'finding';
  }
}
