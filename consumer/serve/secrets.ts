/** The files that the configuration names. Read once, before anything starts, so that every fault shows at once. */
import { readFile } from 'node:fs/promises';
import type { ScalerTls } from '../external-scaler/server.ts';
import { messageOf } from '../timeout.ts';
import type { ServeConfig } from './config-schema.ts';

export interface Secrets {
  readonly monitorToken?: string;
  readonly scalerTls?: ScalerTls;
  readonly natsCredentials?: Buffer;
}

export type SecretsResult =
  | { readonly ok: true; readonly secrets: Secrets }
  | { readonly ok: false; readonly faults: readonly string[] };

export async function readSecrets(config: ServeConfig): Promise<SecretsResult> {
  const faults: string[] = [];
  const read = async (field: string, path: string | undefined): Promise<Buffer | undefined> => {
    if (path === undefined) return undefined;
    try {
      const content = await readFile(path);
      if (content.toString().trim() === '') faults.push(`${field}: ${path} is empty`);
      return content;
    } catch (error) {
      faults.push(`${field}: ${path} cannot be read: ${messageOf(error)}`);
      return undefined;
    }
  };
  const tls = config.externalScaler?.tls;
  const token = await read('monitor.tokenFile', config.monitor.tokenFile);
  const certificate = await read('externalScaler.tls.certificateFile', tls?.certificateFile);
  const privateKey = await read('externalScaler.tls.privateKeyFile', tls?.privateKeyFile);
  const clientCertificateAuthority = await read('externalScaler.tls.clientCaFile', tls?.clientCaFile);
  const natsCredentials = await read('backends.nats.credentialsFile', config.backends.nats?.credentialsFile);
  if (faults.length > 0) return { ok: false, faults };

  const secrets: Secrets = {
    ...(token === undefined ? {} : { monitorToken: token.toString().trim() }),
    ...(natsCredentials === undefined ? {} : { natsCredentials }),
    ...(certificate === undefined || privateKey === undefined
      ? {}
      : {
          scalerTls: {
            certificate,
            privateKey,
            ...(clientCertificateAuthority === undefined ? {} : { clientCertificateAuthority }),
          },
        }),
  };
  return { ok: true, secrets };
}
