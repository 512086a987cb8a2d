/** What the fields of `backends.plugins` require of each other. */
import type { PartialConfig } from './config-schema.ts';

export function pluginFaults({ plugins, burrow }: NonNullable<PartialConfig['backends']>): string[] {
  if (plugins === undefined) return [];
  const { redis, file } = plugins;
  const faults = [];
  if ((redis === undefined) === (file === undefined))
    faults.push('backends.plugins needs one of redis and file: it tells where the deployments are listed');
  if (burrow === undefined) faults.push('backends.burrow is missing: backends.plugins needs it');
  return redis === undefined ? faults : [...faults, ...redisFaults(redis)];
}

function redisFaults(redis: {
  url: string;
  username?: string | undefined;
  passwordFile?: string | undefined;
  caFile?: string | undefined;
}): string[] {
  const faults = [];
  const at = 'backends.plugins.redis';
  const { protocol, username, password } = new URL(redis.url);
  const usesTls = protocol === 'rediss:';
  if (!usesTls && protocol !== 'redis:')
    faults.push(`${at}.url: ${protocol}// is not supported: use redis://host:port/database, or rediss:// for TLS`);
  if (username !== '' || password !== '')
    faults.push(`${at}.url: an address with a user or password is not supported: set ${at}.username and passwordFile`);
  if (redis.username !== undefined && redis.passwordFile === undefined)
    faults.push(`${at}.passwordFile is missing: username needs it`);
  if (redis.caFile !== undefined && !usesTls) faults.push(`${at}.url: caFile needs rediss://`);
  return faults;
}
