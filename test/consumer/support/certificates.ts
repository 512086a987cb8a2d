/** Certificates made by openssl for one test: an authority, a server and a client that it has signed. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface KeyPair {
  readonly certificate: Buffer;
  readonly privateKey: Buffer;
}
export interface Certificates {
  readonly authority: Buffer;
  readonly server: KeyPair;
  readonly client: KeyPair;
}

const run = promisify(execFile);

export async function makeCertificates(openssl: string): Promise<Certificates> {
  const folder = await mkdtemp(join(tmpdir(), 'certificates-'));
  const at = (name: string): string => join(folder, name);
  const newKey = (name: string): string[] => [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-keyout',
    at(`${name}.key`),
  ];
  const sign = async (name: string): Promise<KeyPair> => {
    await run(openssl, ['req', ...newKey(name), '-out', at(`${name}.csr`), '-subj', `/CN=${name}`]);
    const issuer = ['-CA', at('authority.crt'), '-CAkey', at('authority.key'), '-CAcreateserial'];
    await run(openssl, [
      'x509',
      '-req',
      '-in',
      at(`${name}.csr`),
      ...issuer,
      '-days',
      '2',
      '-extfile',
      at('names.txt'),
      '-out',
      at(`${name}.crt`),
    ]);
    return { certificate: await readFile(at(`${name}.crt`)), privateKey: await readFile(at(`${name}.key`)) };
  };
  try {
    await writeFile(at('names.txt'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n');
    await run(openssl, [
      'req',
      '-x509',
      ...newKey('authority'),
      '-out',
      at('authority.crt'),
      '-subj',
      '/CN=authority',
      '-days',
      '2',
    ]);
    const [server, client] = [await sign('server'), await sign('client')];
    return { authority: await readFile(at('authority.crt')), server, client };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
