/**
 * The walls of docs/architecture.md, held by reading every import of the product. Type-only imports count as well: what a
 * module may not use it may not name.
 */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { kindsOfCodes } from '../lambda/aws/calls.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const folders = ['core', 'lambda', 'infra', 'simulator', 'local', 'cli', 'consumer', 'bench'] as const;

interface Import {
  readonly from: string;
  /** A path below the root, or the name of a package. */
  readonly to: string;
  readonly isRelative: boolean;
  readonly isTypeOnly: boolean;
}
interface Module {
  readonly path: string;
  /** Without comments. */
  readonly text: string;
  /** Without comments and the contents of strings. */
  readonly code: string;
  readonly imports: readonly Import[];
}

const importClause =
  /(?:^|\n)\s*(?:import|export)(\s+type)?\s(?:[^'";]*?\sfrom\s+)?'([^']+)'|import\(\s*'([^']+)'\s*\)/g;

const modules: readonly Module[] = folders
  .flatMap((folder) =>
    globSync(`${folder}/**/*.ts`, { cwd: root, exclude: (path) => /node_modules|cdk\.out|dist/.test(path) }),
  )
  .filter((path) => !path.endsWith('.d.ts'))
  .map(readModule);

function readModule(path: string): Module {
  const text = readFileSync(join(root, path), 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
  const imports = [...text.matchAll(importClause)].map(([, typeOnly, named, dynamic]): Import => {
    const specifier = named ?? dynamic ?? '';
    const isRelative = specifier.startsWith('.');
    const to = isRelative ? relative(root, resolve(root, dirname(path), specifier)) : specifier;
    return { from: path, to, isRelative, isTypeOnly: typeOnly !== undefined };
  });
  return { path, text, code: text.replaceAll(/'(?:[^'\\\n]|\\.)*'/g, "''"), imports };
}

const within = (folder: string) => modules.filter(({ path }) => path.startsWith(`${folder}/`));
const importsOf = (folder: string) => within(folder).flatMap(({ imports }) => imports);
const shown = (imports: readonly Import[]) => imports.map(({ from, to }) => `${from} imports ${to}`);
const uses = (folder: string, pattern: RegExp) =>
  within(folder)
    .filter(({ code }) => pattern.test(code))
    .map(({ path }) => path);
const reaches = (from: string, ...to: readonly string[]) =>
  shown(importsOf(from).filter((found) => found.isRelative && to.some((folder) => found.to.startsWith(`${folder}/`))));

it('reads the imports there are', () => {
  expect(within('core').length).toBeGreaterThan(20);
  expect(shown(importsOf('core'))).toContain('core/settings/contradictions.ts imports core/aws-facts.ts');
  expect(shown(importsOf('core'))).toContain('core/alarm/alarm-notification.ts imports valibot');
  expect(shown(importsOf('lambda'))).toContain('lambda/config.ts imports node:fs');
});

describe('core', () => {
  it('imports nothing but itself and valibot', () => {
    const foreign = importsOf('core').filter(({ to, isRelative }) =>
      isRelative ? !to.startsWith('core/') : to !== 'valibot',
    );
    expect(shown(foreign)).toEqual([]);
  });

  it.each([
    ['the environment', /\bprocess\b/],
    ['a clock', /\bDate\.now\b|\bnew Date\(\s*\)|\bDate\(\s*\)|\bperformance\b/],
    ['randomness', /\bMath\.random\b|\bcrypto\b/],
    ['timers', /\bset(?:Timeout|Interval|Immediate)\b/],
    ['a console', /\bconsole\b/],
    ['the network', /\bfetch\(/],
  ])('knows nothing of %s', (_what, pattern) => {
    expect(uses('core', pattern)).toEqual([]);
  });
});

describe('walls', () => {
  it.each([
    ['consumer', ['lambda']],
    ['lambda', ['consumer', 'local', 'simulator', 'cli', 'infra', 'bench']],
    ['simulator', ['local', 'cli', 'infra', 'bench', 'consumer']],
    ['infra', ['local', 'simulator', 'cli', 'bench', 'consumer']],
    ['local', ['cli', 'infra', 'bench', 'consumer']],
  ])('%s reaches into none of %j', (from, to) => {
    expect(reaches(from, ...to)).toEqual([]);
  });

  it('nothing of the product imports its tests; a bench may play their scenarios', () => {
    const product = folders.filter((folder) => folder !== 'bench');
    expect(product.flatMap((folder) => reaches(folder, 'test'))).toEqual([]);
  });

  it('local serves any template: it does not know the CDK', () => {
    expect(shown(importsOf('local').filter(({ to }) => /^(aws-cdk-lib|constructs)/.test(to)))).toEqual([]);
  });

  it('the bundle stays small: lambda takes no package that a build or a test needs', () => {
    const packages = new Set(
      importsOf('lambda')
        .filter(({ isRelative }) => !isRelative)
        .map(({ to }) => to),
    );
    const allowed = /^(node:|@aws-sdk\/|@smithy\/|@aws-lambda-powertools\/|aws-lambda$)/;
    expect([...packages].filter((name) => !allowed.test(name))).toEqual([]);
    const types = importsOf('lambda').filter(({ to }) => to === 'aws-lambda');
    expect(types.every(({ isTypeOnly }) => isTypeOnly)).toBe(true);
  });

  it('Node’s own modules are named as such', () => {
    const bare = new Set(builtinModules);
    expect(
      shown(modules.flatMap(({ imports }) => imports).filter(({ to, isRelative }) => !isRelative && bare.has(to))),
    ).toEqual([]);
  });
});

describe('lambda', () => {
  it('knows AWS’s error codes in lambda/aws alone: everybody else goes by the kind of a failure', () => {
    const isCode = (text: string) => kindsOfCodes.has(text) || /^\w+(Exception|Fault)$/.test(text);
    const found = within('lambda')
      .filter(({ path }) => !path.startsWith('lambda/aws/'))
      .flatMap(({ path, text }) => [...text.matchAll(/['"`](\w+)['"`]/g)].map(([, word = '']) => ({ path, word })))
      .filter(({ word }) => isCode(word))
      .map(({ path, word }) => `${path}: ${word}`);
    expect(found).toEqual([]);
  });

  it('reads its environment in one place', () => {
    expect(uses('lambda', /\bprocess\.env\b/)).toEqual(['lambda/config.ts']);
  });

  it('reads the clock in one place', () => {
    expect(uses('lambda', /\bDate\.now\b|\bnew Date\(\s*\)/)).toEqual(['lambda/runtime.ts']);
  });

  it('keeps no state between records: what a cold start builds is all that stays', () => {
    const state = within('lambda').flatMap(({ path, code }) =>
      [...code.matchAll(/^(?:export )?(?:let|var) (\w+)/gm)].map(([, name]) => `${path}: ${name}`),
    );
    expect(state).toEqual(['lambda/runtime.ts: runtime']);
    // A collection at the top of a module is memory as well, unless nothing can be added to it.
    const collections = within('lambda').flatMap(({ path, code }) =>
      [...code.matchAll(/^(?:export )?const (\w+)(: Readonly\w+<.*?>)? = (?:new (?:Map|Set|WeakMap)|\[|\{)/gm)]
        .filter(([, , readonly]) => readonly === undefined)
        .map(([, name]) => `${path}: ${name}`),
    );
    expect(collections).toEqual([]);
  });
});

/** From the ground up: a room imports from its own layer and from those below it. `import type` counts as well. */
const layers: readonly (readonly string[])[] = [
  ['result.ts', 'aws-facts.ts', 'time.ts', 'own-metrics.ts', 'fingerprint.ts', 'json-object.ts', 'number-text.ts'],
  ['settings'],
  ['alarm'],
  ['stream'],
  ['decision', 'load'],
  ['plan'],
  ['report'],
];
const layerOf = (path: string) => layers.findIndex((rooms) => rooms.includes(path.split('/')[1] ?? ''));

describe('the layers of core', () => {
  it('has a layer for every file', () => {
    expect(
      within('core')
        .filter(({ path }) => layerOf(path) < 0)
        .map(({ path }) => path),
    ).toEqual([]);
  });

  it('imports nothing from a layer above, not even a type', () => {
    const upwards = importsOf('core').filter(({ from, to, isRelative }) => isRelative && layerOf(to) > layerOf(from));
    expect(shown(upwards)).toEqual([]);
  });
});

/** As above, for the functions: the handlers know the triggers, a trigger knows one stream, and nobody looks upwards. */
const functionLayers: readonly (readonly string[])[] = [
  ['ports.ts'],
  ['aws', 'pacing.ts', 'config.ts', 'events.ts', 'observability.ts'],
  ['context.ts', 'stream'],
  ['triggers'],
  ['runtime.ts', 'index.ts'],
];
const functionLayerOf = (path: string) => functionLayers.findIndex((rooms) => rooms.includes(path.split('/')[1] ?? ''));

describe('the layers of lambda', () => {
  it('has a layer for every file', () => {
    expect(
      within('lambda')
        .filter(({ path }) => functionLayerOf(path) < 0)
        .map(({ path }) => path),
    ).toEqual([]);
  });

  it('imports nothing from a layer above, not even a type', () => {
    const own = importsOf('lambda').filter(({ to }) => to.startsWith('lambda/'));
    expect(shown(own.filter(({ from, to }) => functionLayerOf(to) > functionLayerOf(from)))).toEqual([]);
  });

  it('knows the adapters of AWS in the composition root alone', () => {
    const users = importsOf('lambda').filter(
      ({ from, to }) => /^lambda\/aws\//.test(to) && !/^lambda\/aws\//.test(from),
    );
    expect(shown(users)).toEqual(['lambda/runtime.ts imports lambda/aws/ports.ts']);
  });
});

describe('imports', () => {
  it('make no circle of files, types included', () => {
    const edges = modules.map(({ path, imports }): [string, readonly string[]] => [
      path,
      imports.filter(({ isRelative }) => isRelative).map(({ to }) => to),
    ]);
    expect(findCycle(new Map(edges))).toBeUndefined();
  });

  it('lead to files that exist', () => {
    const lost = modules
      .flatMap(({ imports }) => imports)
      .filter(({ to, isRelative }) => isRelative && to.endsWith('.ts') && !existsSync(join(root, to)));
    expect(shown(lost)).toEqual([]);
  });
});

/** The first cycle, as the way round it. */
function findCycle(edges: ReadonlyMap<string, readonly string[]>): readonly string[] | undefined {
  const done = new Set<string>();
  const visit = (path: string, way: readonly string[]): readonly string[] | undefined => {
    if (way.includes(path)) return [...way.slice(way.indexOf(path)), path];
    if (done.has(path)) return undefined;
    for (const next of edges.get(path) ?? []) {
      const cycle = visit(next, [...way, path]);
      if (cycle) return cycle;
    }
    done.add(path);
    return undefined;
  };
  for (const path of edges.keys()) {
    const cycle = visit(path, []);
    if (cycle) return cycle;
  }
  return undefined;
}

describe('the search for cycles', () => {
  it('finds one, and none where there is none', () => {
    expect(
      findCycle(
        new Map([
          ['a', ['b']],
          ['b', ['c']],
          ['c', ['b']],
        ]),
      ),
    ).toEqual(['b', 'c', 'b']);
    expect(
      findCycle(
        new Map([
          ['a', ['b', 'c']],
          ['b', ['c']],
          ['c', []],
        ]),
      ),
    ).toBeUndefined();
  });
});
