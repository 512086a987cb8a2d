import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { prepareWorkQueue } from '../../../consumer/provisioner/jetstream-workers.ts';
import { readServeConfig } from '../../../consumer/serve/config.ts';
import { createNatsReader, toConnectionOptions } from '../../../consumer/serve/nats-connection.ts';
import { readSecrets } from '../../../consumer/serve/secrets.ts';
import { type Certificates, makeCertificates } from '../support/certificates.ts';
import { startNatsServer } from '../support/nats-server.ts';
import { describeWithPrograms } from '../support/real-parts.ts';

const queue = { stream: 'EVENTS', consumer: 'PROCESSOR', subjects: ['events.>'] };

describeWithPrograms('NATS with authentication', ['nats-server', 'openssl'], (programs) => {
  let certificates: Certificates;
  beforeAll(async () => {
    certificates = await makeCertificates(programs.openssl);
  });

  it('serve reads JetStream with user and password, and not with a wrong password', async () => {
    const { askAs } = await open(['--user', 'serve', '--pass', 's3cret'], { right: 's3cret', wrong: 'guessed' });
    expect(await askAs('user: serve, passwordFile: right')).toBe(0);
    expect(await askAs('user: serve, passwordFile: wrong')).toMatch(/authorization violation/i);
  });

  it('serve reads JetStream with a token, and not without one', async () => {
    const { askAs } = await open(['--auth', 't0ken'], { token: 't0ken' });
    expect(await askAs('tokenFile: token')).toBe(0);
    expect(await askAs('')).toMatch(/authorization violation/i);
  });

  it('serve reads JetStream over TLS by the configured authority, and not by an authority that it does not know', async () => {
    const { server, authority } = certificates;
    const files = { ca: authority, crt: server.certificate, key: server.privateKey };
    const { askAs } = await open(['--tls', '--tlscert', 'crt', '--tlskey', 'key'], files);
    expect(await askAs('tls: { caFile: ca }')).toBe(0);
    expect(await askAs('tls: {}')).toMatch(/certificate/);
  });

  it('serve reads JetStream over mutual TLS with its certificate, and not without one', async () => {
    const { server, client, authority } = certificates;
    const files = {
      ca: authority,
      crt: server.certificate,
      key: server.privateKey,
      mine: client.certificate,
      'mine.key': client.privateKey,
    };
    const flags = ['--tls', '--tlscert', 'crt', '--tlskey', 'key', '--tlscacert', 'ca', '--tlsverify'];
    const { askAs } = await open(flags, files);
    expect(await askAs('tls: { caFile: ca, certificateFile: mine, privateKeyFile: mine.key }')).toBe(0);
    expect(await askAs('tls: { caFile: ca }')).not.toBe(0);
  });

  async function open(flags: readonly string[], files: Readonly<Record<string, string | Buffer>>) {
    const folder = await mkdtemp(join(tmpdir(), 'nats-secrets-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
    const inFolder = (word: string): string => (word in files ? join(folder, word) : word);
    const secret = new Set(['--pass', '--auth', '--user']);
    const server = await startNatsServer(
      programs['nats-server'],
      flags.map((flag, index) => (secret.has(flags[index - 1] ?? '') ? flag : inFolder(flag))),
    );
    onTestFinished(() => server.close());
    let prepared = false;
    /** What waits in the queue by a connection with these settings; or why there is no answer. */
    const askAs = async (settings: string): Promise<number | string> => {
      const named = settings.replace(/(File: )([\w.]+)/g, (_, key, name) => `${key}${join(folder, name)}`);
      const address = server.url.replace('127.0.0.1', 'localhost');
      const config = `signals: [{ name: q, source: { kind: jetstream, stream: EVENTS, consumer: PROCESSOR } }]
backends: { nats: { servers: ['${address}'], ${named} } }`;
      const read = readServeConfig(config);
      if (!read.ok) throw new Error(read.faults.join('\n'));
      const secrets = await readSecrets(read.config);
      const nats = read.config.backends.nats;
      if (!secrets.ok || nats === undefined) throw new Error(JSON.stringify(secrets));
      if (!prepared) {
        const connection = await connect(toConnectionOptions(nats, secrets.secrets));
        await prepareWorkQueue(await jetstreamManager(connection), queue);
        await connection.close();
        prepared = true;
      }
      const reader = createNatsReader(nats, secrets.secrets, () => {});
      try {
        return (await reader.reader.consumers.info(queue.stream, queue.consumer)).num_pending;
      } catch (error) {
        return String(error);
      } finally {
        await reader.close();
      }
    };
    return { askAs };
  }
});

it.each([
  [
    "servers: ['nats://serve:s3cret@host:4222']",
    'backends.nats.servers.0: an address with a user, password or token is not supported',
  ],
  ["servers: ['wss://host']", 'backends.nats.servers.0: wss:// is not supported'],
  ["servers: ['host:4222/x y']", 'backends.nats.servers.0: "host:4222/x y" is not host:port'],
  ['servers: [host], user: serve', 'backends.nats.passwordFile is missing: user needs it'],
  ['servers: [host], passwordFile: p', 'backends.nats.user is missing: passwordFile needs it'],
  ['servers: [host], tokenFile: t, credentialsFile: c', 'backends.nats has tokenFile and credentialsFile'],
  [
    'servers: [host], tls: { certificateFile: c }',
    'backends.nats.tls.privateKeyFile is missing: certificateFile needs it',
  ],
])('serve --check refuses NATS settings that can never connect: %s', (settings, fault) => {
  const read = readServeConfig(`streams: [{ streamName: s }]\nbackends: { nats: { ${settings} } }`);
  expect(read).toEqual({ ok: false, faults: [expect.stringContaining(fault)] });
  expect(JSON.stringify(read)).not.toContain('s3cret');
});

it.each([['nats://127.0.0.1:4222'], ['tls://nats.example.com:4222'], ['nats.example.com'], ['nats://[::1]:4222']])(
  'serve --check takes the NATS address %s',
  (server) => {
    expect(readServeConfig(`streams: [{ streamName: s }]\nbackends: { nats: { servers: ['${server}'] } }`).ok).toBe(
      true,
    );
  },
);

describeWithPrograms('files with secrets', ['openssl'], ({ openssl }) => {
  it('serve --check names a file that is no certificate, a key of another certificate and unusable credentials', async () => {
    const { server, client } = await makeCertificates(openssl);
    const folder = await mkdtemp(join(tmpdir(), 'secrets-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const files = { cert: server.certificate, 'other.key': client.privateKey, text: 'hello' };
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
    const read = readServeConfig(`
externalScaler: { address: 127.0.0.1:6000, tls: { certificateFile: ${folder}/cert, privateKeyFile: ${folder}/other.key } }
backends: { nats: { servers: [host], credentialsFile: ${folder}/text, tls: { caFile: ${folder}/text } } }`);
    if (!read.ok) throw new Error(read.faults.join('\n'));
    expect(await readSecrets(read.config)).toEqual({
      ok: false,
      faults: [
        'externalScaler.tls: privateKeyFile is not the key of certificateFile',
        `backends.nats.credentialsFile: ${folder}/text is not a NATS credentials file (a user JWT and an NKEY seed)`,
        `backends.nats.tls.caFile: ${folder}/text is not a PEM certificate`,
      ],
    });
  });
});
