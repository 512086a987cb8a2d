/** What all commands share: global options, exit codes, and the one that is a process of its own. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type LocalAws, startLocalAws } from '../../local/local-aws.ts';
import manifest from '../../package.json' with { type: 'json' };
import { RealClock } from '../../simulator/models/clock.ts';
import { runCommand, runProcess } from './command.ts';

const folder = mkdtempSync(join(tmpdir(), 'kinesis-autoscaler-command-line-'));
let aws: LocalAws;
let environment: Readonly<Record<string, string>>;

beforeAll(async () => {
  aws = await startLocalAws({ clock: new RealClock(), streams: 'no-records' });
  environment = { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local', AWS_DEFAULT_REGION: aws.account.region };
  const config = join(folder, 'config');
  writeFileSync(config, `[profile ops]\nregion = ${aws.account.region}\n[profile spare]\nregion = eu-north-1\n`);
  const credentials = join(folder, 'credentials');
  writeFileSync(credentials, '[ops]\naws_access_key_id = local\naws_secret_access_key = local\n');
  vi.stubEnv('AWS_CONFIG_FILE', config);
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', credentials);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await aws.stop();
  rmSync(folder, { recursive: true });
});

/** The whole way to AWS and back: nothing is deployed there, and that is what it says. */
const nothingDeployed = '--stack KinesisAutoscaler: no reconciler is deployed under this name';

describe('global options', () => {
  it.each(['--version', '-V'])('%s prints the version of the package', async (option) => {
    expect(await runCommand([option])).toEqual({ exitCode: 0, stdout: `${manifest.version}\n`, stderr: '' });
  });

  it.each([
    ['before', (word: string) => ['--endpoint-url', aws.endpoint, word]],
    ['after', (word: string) => [word, '--endpoint-url', aws.endpoint]],
  ] as const)('--endpoint-url says where AWS is %s the command', async (_where, words) => {
    const { exitCode, stderr } = await runCommand(words('status'), { environment });
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringContaining(nothingDeployed) });
  });

  it('--region is asked for each region that it names', async () => {
    const before = aws.calls.log.records.length;
    const words = ['status', '--endpoint-url', aws.endpoint, '--region', 'eu-west-1, eu-north-1'];
    const { exitCode, stderr } = await runCommand(words, { environment });
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringContaining(nothingDeployed) });
    expect(aws.calls.log.records.slice(before)).toHaveLength(2);
  });

  it('--profile brings credentials and region', async () => {
    const words = ['status', '--endpoint-url', aws.endpoint, '--profile', 'ops'];
    const { exitCode, stderr } = await runCommand(words);
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringContaining(nothingDeployed) });
  });

  it.each<[string, readonly string[], Readonly<Record<string, string>>]>([
    ['--profile', ['--profile', 'nosuch'], {}],
    ['AWS_PROFILE', [], { AWS_PROFILE: 'nosuch' }],
  ])('an unknown profile of %s is named, with those that exist', async (source, words, added) => {
    const { exitCode, stderr } = await runCommand(['status', ...words], { environment: { ...environment, ...added } });
    expect(exitCode).toBe(2);
    expect(stderr).toBe(
      `${source} nosuch: ~/.aws/config and ~/.aws/credentials have no such profile; use one of ops, spare\n`,
    );
  });

  it('a missing region is said to be missing', async () => {
    const { AWS_DEFAULT_REGION: _, ...nowhere } = environment;
    const { exitCode, stderr } = await runCommand(['status', '--endpoint-url', aws.endpoint], { environment: nowhere });
    expect({ exitCode, stderr }).toEqual({
      exitCode: 2,
      stderr: 'The region is unknown; give --region, set AWS_REGION, or use a profile that has a region\n',
    });
  });

  it.each<[readonly string[], string]>([
    [['status', '--region', 'eu west'], `option '--region <names>' argument 'eu west' is invalid. "eu west" is not`],
    [['status', '--region', 'eu-west-1,eu-west-1'], 'eu-west-1 is named twice; name it once'],
    [['explain', 'orders', '--region', 'eu-west-1,eu-north-1'], 'explain asks one region; name one'],
    [['status', '--endpoint-url', 'localhost'], "option '--endpoint-url <url>' argument 'localhost' is invalid"],
    [['simulate', '--trace', 'x', '--region', 'eu-west-1'], '--region: simulate asks no AWS account; leave it out'],
    [['demo', '--stack', 'Mine', '--profile', 'ops'], '--profile, --stack: demo asks no AWS account; leave it out'],
    [['status', '--format', 'yaml'], "option '--format <format>' argument 'yaml' is invalid"],
    [['simulate', '--bogus'], "unknown option '--bogus'"],
    [['stat'], "unknown command 'stat'"],
  ])('%j is refused with exit code 2 and names what is wrong', async (words, message) => {
    const { exitCode, stdout, stderr } = await runCommand(words, { environment });
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain(message);
  });

  it('every command lists them in its help, and the exit codes are in the main help', async () => {
    const { stdout: main, exitCode } = await runCommand(['--help']);
    expect(exitCode).toBe(0);
    expect(main).toContain('Exit codes: 0 fine, 1 a finding, 2 ');
    for (const name of ['status', 'simulate', 'demo', 'local', 'serve', 'history']) {
      expect(main).toMatch(new RegExp(`^ {2}${name} `, 'm'));
      const { stdout } = await runCommand(['help', name]);
      for (const option of ['--region', '--profile', '--endpoint-url', '--format', '--stack', '--no-color', '--json']) {
        expect(stdout, `${name} ${option}`).toContain(option);
      }
    }
  });
});

describe('colours', () => {
  const words = ['simulate', '--trace', join(folder, 'none.csv')];
  it('--no-color takes them out, and a file or a pipe gets none', async () => {
    const colored = await runCommand(['--help'], { hasColors: true });
    expect(stripVTControlCharacters(colored.stdout)).toBe((await runCommand(['--help'])).stdout);
    const plain = await runCommand([...words, '--no-color'], { hasColors: true });
    expect(plain.stderr).toBe(stripVTControlCharacters(plain.stderr));
  });
});

describe('the process', () => {
  it('ends with the exit code of the command, and prints to the right streams', async () => {
    const [version, refused] = await Promise.all([runProcess(['--version']), runProcess(['simulate', '--bogus'])]);
    expect(version).toEqual({ exitCode: 0, stdout: `${manifest.version}\n`, stderr: '' });
    expect(refused).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringContaining('--bogus') });
  });
});
