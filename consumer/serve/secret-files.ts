/**
 * Reads files with secrets, and checks that each holds what it should: a fault at the start, not a failure at night.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { messageOf } from '../timeout.ts';

export class SecretFiles {
  /** Each with the field, the file and what is wrong with it; never with the content. */
  readonly faults: string[] = [];

  /** The file's text without surrounding white space. */
  async readText(field: string, path: string | undefined): Promise<string | undefined> {
    return (await this.#read(field, path))?.toString().trim();
  }

  async readCertificate(field: string, path: string | undefined): Promise<Buffer | undefined> {
    return this.#readChecked(field, path, 'a PEM certificate', (content) => new X509Certificate(content));
  }

  async readPrivateKey(field: string, path: string | undefined): Promise<Buffer | undefined> {
    return this.#readChecked(field, path, 'an unencrypted PEM private key', (content) => createPrivateKey(content));
  }

  async readNatsCredentials(field: string, path: string | undefined): Promise<Buffer | undefined> {
    const what = 'a NATS credentials file (a user JWT and an NKEY seed)';
    return this.#readChecked(field, path, what, (content) => {
      if (!/BEGIN NATS USER JWT[\s\S]*BEGIN USER NKEY SEED/.test(content.toString()))
        throw new Error('no JWT and seed');
    });
  }

  /** For a file that another part reads: its failure is a fault of the field. */
  async check(field: string, read: () => Promise<unknown>): Promise<void> {
    try {
      await read();
    } catch (error) {
      this.faults.push(`${field}: ${messageOf(error)}`);
    }
  }

  async #readChecked(
    field: string,
    path: string | undefined,
    expected: string,
    check: (content: Buffer) => unknown,
  ): Promise<Buffer | undefined> {
    const content = await this.#read(field, path);
    if (content === undefined) return undefined;
    try {
      check(content);
      return content;
    } catch {
      this.faults.push(`${field}: ${path} is not ${expected}`);
      return undefined;
    }
  }

  async #read(field: string, path: string | undefined): Promise<Buffer | undefined> {
    if (path === undefined) return undefined;
    try {
      const content = await readFile(path);
      if (content.toString().trim() !== '') return content;
      this.faults.push(`${field}: ${path} is empty`);
    } catch (error) {
      this.faults.push(`${field}: ${path} cannot be read: ${messageOf(error)}`);
    }
    return undefined;
  }
}

/** A certificate with another's key fails at the first handshake, which may be long after the start. */
export function keyPairFaults(section: string, certificate: Buffer, privateKey: Buffer): string[] {
  if (new X509Certificate(certificate).checkPrivateKey(createPrivateKey(privateKey))) return [];
  return [`${section}: privateKeyFile is not the key of certificateFile`];
}
