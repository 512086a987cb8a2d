/** The files that the configuration names. Read once, before anything starts, so that every fault shows at once. */
import { filePrefixes } from '../external-scaler/plugin-prefixes.ts';
import type { ScalerTls } from '../external-scaler/server.ts';
import type { ServeConfig } from './config-schema.ts';
import { keyPairFaults, SecretFiles } from './secret-files.ts';

/** What the NATS connection proves itself by; at most one of password, token and credentials. */
export interface NatsSecrets {
  readonly password?: string;
  readonly token?: string;
  readonly credentials?: Buffer;
  readonly tls?: { readonly authority?: Buffer; readonly certificate?: Buffer; readonly privateKey?: Buffer };
}

export interface Secrets {
  readonly monitorToken?: string;
  readonly profilesToken?: string;
  readonly scalerTls?: ScalerTls;
  readonly nats?: NatsSecrets;
  readonly redis?: { readonly password?: string; readonly authority?: Buffer };
}

export type SecretsResult =
  | { readonly ok: true; readonly secrets: Secrets }
  | { readonly ok: false; readonly faults: readonly string[] };

export async function readSecrets(config: ServeConfig): Promise<SecretsResult> {
  const files = new SecretFiles();
  const monitorToken = await files.readText('monitor.tokenFile', config.monitor.tokenFile);
  const profilesToken = await files.readText('monitor.profiles.tokenFile', config.monitor.profiles?.tokenFile);
  const scalerTls = await readScalerTls(config.externalScaler?.tls, files);
  const nats = await readNatsSecrets(config.backends.nats, files);
  const redis = await readRedisSecrets(config.backends.plugins, files);
  if (files.faults.length > 0) return { ok: false, faults: files.faults };
  return { ok: true, secrets: present({ monitorToken, profilesToken, scalerTls, nats, redis }) };
}

async function readScalerTls(
  tls: NonNullable<ServeConfig['externalScaler']>['tls'],
  files: SecretFiles,
): Promise<ScalerTls | undefined> {
  const at = 'externalScaler.tls';
  const certificate = await files.readCertificate(`${at}.certificateFile`, tls?.certificateFile);
  const privateKey = await files.readPrivateKey(`${at}.privateKeyFile`, tls?.privateKeyFile);
  const clientCertificateAuthority = await files.readCertificate(`${at}.clientCaFile`, tls?.clientCaFile);
  if (certificate === undefined || privateKey === undefined) return undefined;
  files.faults.push(...keyPairFaults(at, certificate, privateKey));
  return { certificate, privateKey, ...present({ clientCertificateAuthority }) };
}

async function readNatsSecrets(
  nats: ServeConfig['backends']['nats'],
  files: SecretFiles,
): Promise<NatsSecrets | undefined> {
  if (nats === undefined) return undefined;
  const at = 'backends.nats';
  const password = await files.readText(`${at}.passwordFile`, nats.passwordFile);
  const token = await files.readText(`${at}.tokenFile`, nats.tokenFile);
  const credentials = await files.readNatsCredentials(`${at}.credentialsFile`, nats.credentialsFile);
  const authority = await files.readCertificate(`${at}.tls.caFile`, nats.tls?.caFile);
  const certificate = await files.readCertificate(`${at}.tls.certificateFile`, nats.tls?.certificateFile);
  const privateKey = await files.readPrivateKey(`${at}.tls.privateKeyFile`, nats.tls?.privateKeyFile);
  if (certificate !== undefined && privateKey !== undefined)
    files.faults.push(...keyPairFaults(`${at}.tls`, certificate, privateKey));
  const tls = nats.tls === undefined ? undefined : present({ authority, certificate, privateKey });
  return present({ password, token, credentials, tls });
}

async function readRedisSecrets(
  plugins: ServeConfig['backends']['plugins'],
  files: SecretFiles,
): Promise<Secrets['redis']> {
  const at = 'backends.plugins';
  if (plugins?.file !== undefined) await files.check(`${at}.file`, () => filePrefixes(plugins.file ?? '').check());
  const password = await files.readText(`${at}.redis.passwordFile`, plugins?.redis?.passwordFile);
  const authority = await files.readCertificate(`${at}.redis.caFile`, plugins?.redis?.caFile);
  return present({ password, authority });
}

/** The object without the fields that are undefined. */
function present<Fields extends object>(fields: Fields): { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> } {
  const kept = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(kept) as { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> };
}
