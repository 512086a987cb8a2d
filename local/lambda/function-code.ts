/**
 * Where functions' code lies: copies in a folder of its own, away from any package.json that would make Node read a
 * bundle as another kind of module than Lambda does. Beside them lies the script that their processes load first.
 */
import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inflateRawSync } from 'node:zlib';
import { build } from 'esbuild';
import { AwsServiceError } from '../../simulator/models/aws-service-error.ts';
import type { FunctionCode } from './function-definition.ts';

const PRELOAD = fileURLToPath(new URL('./runtime/preload.ts', import.meta.url));

export class CodeStore {
  #root: Promise<string> | undefined;
  #preload: Promise<string> | undefined;
  readonly #stored = new Map<string, Promise<FunctionCode>>();

  /** An asset as the CDK bundled it. */
  async fromFolder(folder: string): Promise<FunctionCode> {
    const hash = createHash('sha256');
    let sizeBytes = 0;
    for (const file of await filesOf(folder)) {
      const content = await readFile(file);
      hash.update(relative(folder, file)).update(content);
      sizeBytes += content.length;
    }
    return this.#store(hash.digest('base64'), sizeBytes, (target) => cp(folder, target, { recursive: true }));
  }

  /** @throws AwsServiceError InvalidParameterValueException if it is no zip file, or a name leads out of its folder. */
  fromZip(zip: Buffer): Promise<FunctionCode> {
    return this.#store(createHash('sha256').update(zip).digest('base64'), zip.length, async (target) => {
      for (const { name, content } of readZip(zip)) {
        const path = resolve(target, name);
        if (!path.startsWith(target + sep)) throw badZip(`the name ${name} leads out of the folder`);
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, content);
      }
    });
  }

  /**
   * The path of `runtime/preload.ts` as one CommonJS file. Node would run the TypeScript too, but would strip the types of
   * every module anew in every process; and an ES import of `node:http` loads all of its exports, fetch and WebSocket
   * included. Both together are half of what it takes to start a process.
   */
  preload(): Promise<string> {
    this.#preload ??= this.#bundlePreload();
    return this.#preload;
  }

  /** Deletes every copy. */
  async close(): Promise<void> {
    if (this.#root !== undefined) await rm(await this.#root, { recursive: true, force: true });
  }

  #store(sha256: string, sizeBytes: number, fill: (target: string) => Promise<void>): Promise<FunctionCode> {
    const stored = this.#stored.get(sha256) ?? this.#copy(sha256, sizeBytes, fill);
    this.#stored.set(sha256, stored);
    stored.catch(() => this.#stored.delete(sha256));
    return stored;
  }

  async #copy(sha256: string, sizeBytes: number, fill: (target: string) => Promise<void>): Promise<FunctionCode> {
    const folder = join(await this.#folder(), sha256.replace(/\W/g, '-'));
    await mkdir(folder);
    await fill(folder);
    return { folder, sha256, sizeBytes };
  }

  async #bundlePreload(): Promise<string> {
    const outfile = join(await this.#folder(), 'preload.cjs');
    await build({
      entryPoints: [PRELOAD],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      logLevel: 'warning',
    });
    return outfile;
  }

  #folder(): Promise<string> {
    this.#root ??= realpath(tmpdir()).then((folder) => mkdtemp(join(folder, 'kinesis-autoscaler-functions-')));
    return this.#root;
  }
}

async function filesOf(folder: string): Promise<readonly string[]> {
  if (!(await stat(folder)).isDirectory()) return [folder];
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

const END_OF_DIRECTORY = 0x06054b50;
const END_OF_DIRECTORY_BYTES = 22;
const STORED = 0;
const DEFLATED = 8;

/** Files by the central directory, as the format demands: sizes in local headers may be missing. */
function* readZip(zip: Buffer): Iterable<{ readonly name: string; readonly content: Buffer }> {
  let end = zip.length - END_OF_DIRECTORY_BYTES;
  while (end >= 0 && zip.readUInt32LE(end) !== END_OF_DIRECTORY) end -= 1;
  if (end < 0) throw badZip('it has no central directory');
  const count = zip.readUInt16LE(end + 10);
  let at = zip.readUInt32LE(end + 16);
  for (let index = 0; index < count; index += 1) {
    const method = zip.readUInt16LE(at + 10);
    const packedBytes = zip.readUInt32LE(at + 20);
    const nameBytes = zip.readUInt16LE(at + 28);
    const headerAt = zip.readUInt32LE(at + 42);
    const name = zip.toString('utf8', at + 46, at + 46 + nameBytes);
    at += 46 + nameBytes + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
    if (name.endsWith('/')) continue;
    const dataAt = headerAt + 30 + zip.readUInt16LE(headerAt + 26) + zip.readUInt16LE(headerAt + 28);
    const packed = zip.subarray(dataAt, dataAt + packedBytes);
    if (method !== STORED && method !== DEFLATED) throw badZip(`${name} is packed by method ${method}`);
    yield { name, content: method === STORED ? packed : inflateRawSync(packed) };
  }
}

function badZip(why: string): AwsServiceError {
  return new AwsServiceError('InvalidParameterValueException', `Could not unzip uploaded file: ${why}.`);
}
