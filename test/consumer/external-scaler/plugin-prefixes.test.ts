import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@redis/client';
import { expect, it, onTestFinished } from 'vitest';
import { pluginBacklog } from '../../../consumer/external-scaler/plugin-backlog.ts';
import { filePrefixes } from '../../../consumer/external-scaler/plugin-prefixes.ts';
import { readServeConfig } from '../../../consumer/serve/config.ts';
import { createRedisPrefixes, type RedisOptions } from '../../../consumer/serve/redis-prefixes.ts';
import { readSecrets } from '../../../consumer/serve/secrets.ts';
import { createBurrow } from '../../../consumer/signals/burrow.ts';
import { startBurrow } from '../support/burrow-server.ts';
import { eventually } from '../support/eventually.ts';
import { describeWithPrograms } from '../support/real-parts.ts';
import { startRedisServer } from '../support/redis-server.ts';

const nowMs = (): number => Date.UTC(2026, 0, 1, 12);
const signal = new AbortController().signal;
const log = (): void => {};

describeWithPrograms('deployments in a real redis-server', ['redis-server'], (programs) => {
  it('a deployment key is mapped by Redis to the text that the plugin groups contain', async () => {
    const server = await startRedisServer(programs['redis-server']);
    await write(server.url, { 'unbox-7f': JSON.stringify({ kafka_prefix: 'azul-Unbox-1.2' }), broken: '{}' });
    const prefixes = open({ url: server.url, log });
    const burrow = createBurrow({ url: (await startBurrow({ 'dev-azul-unbox-1.2-live': lagging(700) })).url });
    const backlogOf = (pluginName: string) =>
      pluginBacklog({ pluginName, includeHistoric: false }, { burrow, prefixes, groupPrefix: 'dev-', nowMs })(signal);

    expect(await backlogOf('unbox-7f')).toMatchObject({ quality: 'ok', value: expect.closeTo(700 / 0.99, 1) });
    expect(await backlogOf('unbox-8a')).toMatchObject({
      quality: 'unknown',
      because: 'backlog of plugin unbox-8a: no deployment has this key',
    });
    await expect(backlogOf('broken')).rejects.toThrow('the value of broken is not {"kafka_prefix": "..."}');
  });

  it('a plugin is unknown while Redis is away, and known again when Redis is back', async () => {
    const server = await startRedisServer(programs['redis-server']);
    const prefixes = open({ url: server.url, log });
    await write(server.url, { key: JSON.stringify({ kafka_prefix: 'before' }) });
    expect(await prefixes.prefixOf('key', signal)).toBe('before');
    await server.stop();
    await eventually(() => prefixes.prefixOf('key', AbortSignal.timeout(500)).catch(() => 'refused')).toBe('refused');
    await server.start();
    await write(server.url, { key: JSON.stringify({ kafka_prefix: 'after' }) });
    await eventually(() => prefixes.prefixOf('key', AbortSignal.timeout(1_000)).catch(String)).toBe('after');
  });

  it('Redis that is down from the start is a failure within the time of the call, not a call that hangs', async () => {
    const server = await startRedisServer(programs['redis-server']);
    await server.stop();
    const prefixes = open({ url: server.url, log });
    await expect(prefixes.prefixOf('key', AbortSignal.timeout(300))).rejects.toThrow('did not answer in time');
  });

  it('Redis is read with its password, and not with a wrong one', async () => {
    const server = await startRedisServer(programs['redis-server'], ['--requirepass', 's3cret']);
    await write(server.url, { key: JSON.stringify({ kafka_prefix: 'x' }) }, 's3cret');
    expect(await open({ url: server.url, password: 's3cret', log }).prefixOf('key', signal)).toBe('x');
    const wrong = open({ url: server.url, password: 'guessed', log });
    await expect(wrong.prefixOf('key', AbortSignal.timeout(2_000))).rejects.toThrow(/WRONGPASS|NOAUTH|in time/);
  });
});

it('a deployment key is mapped by a file, which may change while serve runs', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'plugins-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'plugins.json');
  const prefixes = filePrefixes(path);
  await writeFile(path, '{"unbox-7f": {"kafka_prefix": "one", "more": 1}}');
  expect(await prefixes.prefixOf('unbox-7f', signal)).toBe('one');
  expect(await prefixes.prefixOf('toString', signal)).toBeUndefined();
  await writeFile(path, '{"unbox-7f": {"kafka_prefix": "two"}}');
  expect(await prefixes.prefixOf('unbox-7f', signal)).toBe('two');

  await writeFile(path, '{"unbox-7f": "three"}');
  const read = readServeConfig(`
externalScaler: { address: 127.0.0.1:6000 }
backends: { burrow: { url: 'http://127.0.0.1:8000' }, plugins: { file: ${path} } }`);
  if (!read.ok) throw new Error(read.faults.join('\n'));
  expect(await readSecrets(read.config)).toEqual({
    ok: false,
    faults: [`backends.plugins.file: ${path} is not {"deployment key": {"kafka_prefix": "..."}, ...}`],
  });
});

it.each([
  ['{}', 'backends.plugins needs one of redis and file'],
  ["{ redis: { url: 'http://host' } }", 'http:// is not supported: use redis://host:port/database'],
  ["{ redis: { url: 'redis://serve:s3cret@host' } }", 'set backends.plugins.redis.username and passwordFile'],
  ["{ redis: { url: 'redis://host', username: serve } }", 'passwordFile is missing: username needs it'],
  ["{ redis: { url: 'redis://host', caFile: ca } }", 'caFile needs rediss://'],
])('serve --check refuses deployments of plugins that cannot be read: %s', (plugins, fault) => {
  const read = readServeConfig(
    `streams: [{ streamName: s }]\nbackends: { burrow: { url: 'http://b' }, plugins: ${plugins} }`,
  );
  expect(read).toEqual({ ok: false, faults: [expect.stringContaining(fault)] });
  expect(JSON.stringify(read)).not.toContain('s3cret');
});

function open(options: RedisOptions) {
  const prefixes = createRedisPrefixes(options);
  onTestFinished(() => prefixes.close());
  return prefixes;
}

async function write(url: string, values: Readonly<Record<string, string>>, password?: string): Promise<void> {
  const client = await createClient({ url, ...(password === undefined ? {} : { password }) }).connect();
  for (const [key, value] of Object.entries(values)) await client.set(key, value);
  client.destroy();
}

function lagging(currentLag: number) {
  const offsets = [{ offset: 1, timestamp: nowMs(), observedAt: nowMs(), lag: currentLag }];
  return { topics: { binary: [{ owner: '', client_id: '', 'current-lag': currentLag, offsets }] } };
}
