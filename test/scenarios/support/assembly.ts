/**
 * Synthesizes a deployment once for all test files: a synthesis takes seconds, and the files run side by side. The assembly is
 * kept in the temporary directory under a hash of all that it is made of, so that it is never a stale one.
 */
import { createHash } from 'node:crypto';
import { globSync, readFileSync, statSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { defaultStackName } from '../../../infra/context-key.ts';
import { type CloudAssembly, synthesize } from '../../../infra/synthesis.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const cache = join(tmpdir(), 'kinesis-autoscaler-scenarios');
const unusedForMs = 24 * 3_600_000;
/** A synthesis that takes longer has died: another one may begin. */
const longestSynthesisMs = 60_000;

/** @param deployment the context key `autoscaler`; its stack has the default name. */
export async function assemblyOf(deployment: object): Promise<CloudAssembly> {
  const outdir = join(cache, fingerprintOf(deployment));
  await mkdir(cache, { recursive: true });
  while (!(await exists(outdir))) await makeOrWait(deployment, outdir);
  await utimes(outdir, new Date(), new Date());
  return {
    stackName: defaultStackName,
    templatePath: join(outdir, `${defaultStackName}.template.json`),
    assetManifestPath: join(outdir, `${defaultStackName}.assets.json`),
  };
}

/** What goes into an assembly: the deployment, our sources, the versions of what they are built with. */
function fingerprintOf(deployment: object): string {
  const files = globSync(['{core,lambda,infra}/**/*.ts', 'package-lock.json'], { cwd: root }).sort();
  const hash = createHash('sha256').update(JSON.stringify(deployment));
  for (const file of files) hash.update(file).update(readFileSync(join(root, file)));
  return hash.digest('hex').slice(0, 20);
}

async function makeOrWait(deployment: object, outdir: string): Promise<void> {
  const lock = `${outdir}.lock`;
  if (!(await claim(lock))) {
    await sleep(50);
    return;
  }
  try {
    if (await exists(outdir)) return;
    await removeUnused();
    await synthesize({ deployment, outdir: `${outdir}.part` });
    await rename(`${outdir}.part`, outdir);
  } finally {
    await rm(lock, { recursive: true, force: true });
  }
}

async function claim(lock: string): Promise<boolean> {
  try {
    await mkdir(lock);
    return true;
  } catch {
    const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > longestSynthesisMs) await rm(lock, { recursive: true, force: true });
    return false;
  }
}

async function removeUnused(): Promise<void> {
  for (const name of await readdir(cache)) {
    const path = join(cache, name);
    const usedMs = (await stat(path).catch(() => undefined))?.mtimeMs ?? Date.now();
    if (Date.now() - usedMs > unusedForMs) await rm(path, { recursive: true, force: true });
  }
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
