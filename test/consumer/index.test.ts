import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const consumerFolder = resolve(import.meta.dirname, '../../consumer');

describe('walls of the consumer side', () => {
  const files = readdirSync(consumerFolder, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.includes('node_modules'),
  );

  it('consumer/decision imports nothing from outside and reads no clock, environment or randomness', () => {
    const decisions = files.filter((file) => file.startsWith('decision/'));
    expect(decisions.length).toBeGreaterThan(5);
    for (const file of decisions) {
      const source = readFileSync(join(consumerFolder, file), 'utf8');
      for (const imported of importsOf(source))
        expect([file, imported]).toEqual([file, expect.stringMatching(/^\.\/[a-z-]+\.ts$/)]);
      expect([file, /\bDate\.now|\bMath\.random|\bprocess\.|\bconsole\.|\bsetTimeout/.test(source)]).toEqual([
        file,
        false,
      ]);
    }
  });

  it('consumer/ imports core/ and nothing else of the product', () => {
    for (const file of files) {
      for (const imported of importsOf(readFileSync(join(consumerFolder, file), 'utf8')).filter((each) =>
        each.startsWith('.'),
      )) {
        const target = relative(dirname(consumerFolder), resolve(consumerFolder, dirname(file), imported));
        expect([file, target]).toEqual([file, expect.stringMatching(/^(consumer|core)\//)]);
      }
    }
  });

  it('commands load consumer/ only when they run, so that the others need neither gRPC nor NATS', () => {
    for (const command of ['serve', 'manifests', 'consumer-demo']) {
      const source = readFileSync(resolve(consumerFolder, `../cli/commands/${command}.ts`), 'utf8');
      const loadedAtOnce = [...source.matchAll(/^import (?!type).*from '(.*)'/gm)].map(([, path = '']) => path);
      expect([command, loadedAtOnce.filter((path) => /consumer|local/.test(path))]).toEqual([command, []]);
      expect(source).toMatch(/await import\('\.\./);
    }
  });

  it('consumer/index.ts is the only barrel, and it loads', async () => {
    expect(files.filter((file) => file.endsWith('index.ts'))).toEqual(['index.ts']);
    const library = await import('../../consumer/index.ts');
    expect(Object.keys(library)).toEqual(
      expect.arrayContaining(['run', 'runWorkers', 'startMonitor', 'startExternalScaler', 'serve', 'adviseJointly']),
    );
  });
});

function importsOf(source: string): string[] {
  return [...source.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, path = '']) => path);
}
