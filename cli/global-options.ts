/** The options that every command takes, before or after its name. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { namesOf } from './option-values.ts';

export type OutputFormat = 'table' | 'json';

export interface GlobalOptions {
  readonly format: OutputFormat;
  /** Where AWS is asked; without it, the environment or the profile says it. */
  readonly region?: readonly string[];
  readonly profile?: string;
  readonly endpointUrl?: string;
  readonly stack: string;
  /** False for `--no-color`. */
  readonly color: boolean;
}

export const defaultStack = 'KinesisAutoscaler';

export function addGlobalOptions(program: Command): void {
  program
    .addOption(
      new Option(
        '--region <names>',
        'AWS region; status takes several, by comma (default: AWS_REGION, or the profile)',
      ).argParser(readRegions),
    )
    .option('--profile <name>', 'profile of ~/.aws/config whose credentials and region are used (default: AWS_PROFILE)')
    .option('--endpoint-url <url>', 'address to use instead of that of AWS (default: AWS_ENDPOINT_URL)', readUrl)
    .option('--stack <name>', 'name of the deployed stack', defaultStack)
    .addOption(new Option('--format <format>', 'how to print').choices(['table', 'json']).default('table'))
    .addOption(new Option('--json', 'the same as --format json').implies({ format: 'json' }))
    .option('--no-color', 'print without colours (also: NO_COLOR=1)');
}

/** The options that say where AWS is, as a user wrote them. */
export function awsOptionsGiven({ region, profile, endpointUrl }: GlobalOptions): readonly string[] {
  return [
    ...(region === undefined ? [] : ['--region']),
    ...(profile === undefined ? [] : ['--profile']),
    ...(endpointUrl === undefined ? [] : ['--endpoint-url']),
  ];
}

function readRegions(text: string): readonly string[] {
  const regions = namesOf(text);
  const wrong = regions.find((region) => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(region));
  if (wrong !== undefined) throw new InvalidArgumentError(`"${wrong}" is not the name of a region, such as eu-west-1.`);
  const twice = regions.find((region, index) => regions.indexOf(region) < index);
  if (twice !== undefined) throw new InvalidArgumentError(`${twice} is named twice; name it once.`);
  return regions;
}

function readUrl(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new InvalidArgumentError('Give an address such as http://127.0.0.1:4566.');
}
