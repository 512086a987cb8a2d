/** What every document must hold: its links and paths lead somewhere, its commands exist, its prose is 120 columns wide. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const widest = 120;

const documents = globSync('**/*.md', {
  cwd: root,
  exclude: (path) => /node_modules|cdk\.out|^out$|^dist$/.test(path),
});
const textOf = (document: string) => readFileSync(join(root, document), 'utf8');

interface Line {
  readonly number: number;
  readonly text: string;
  readonly kind: 'prose' | 'code' | 'table';
}

/** Fenced and indented blocks are code; so are the boxes that a command prints. */
function linesOf(markdown: string): readonly Line[] {
  let isFenced = false;
  return markdown.split('\n').map((text, index) => {
    const isFence = /^\s*```/.test(text);
    if (isFence) isFenced = !isFenced;
    const isCode = isFence || isFenced || /^ {4,}\S/.test(text);
    return { number: index + 1, text, kind: isCode ? 'code' : text.startsWith('|') ? 'table' : 'prose' };
  });
}

const wordsOf = (markdown: string) =>
  linesOf(markdown)
    .filter(({ kind }) => kind !== 'code')
    .map(({ text }) => text)
    .join('\n');

/** As GitHub makes an anchor of a heading. */
function anchorOf(heading: string): string {
  const text = heading.toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, '');
  return text.trim().replaceAll(' ', '-');
}

function anchorsOf(markdown: string): readonly string[] {
  return [...wordsOf(markdown).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));
}

/** Links to a place in this repository that is not there. */
function lostLinks(document: string, markdown: string): readonly string[] {
  const targets = [...wordsOf(markdown).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  return targets.filter((target) => !/^[a-z]+:/.test(target)).filter((target) => isLost(target, document, markdown));
}

function isLost(target: string, document: string, markdown: string): boolean {
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? document : relative(root, resolve(root, dirname(document), path));
  if (!existsSync(join(root, file))) return true;
  if (anchor === undefined) return false;
  return !anchorsOf(file === document ? markdown : textOf(file)).includes(anchor);
}

const folders = 'bench|bin|cli|consumer|core|docs|infra|lambda|local|scripts|simulator|test|traces';

/** Files and folders that the prose names and that are neither in the repository nor beside the document. */
function lostPaths(document: string, markdown: string): readonly string[] {
  const named = [...wordsOf(markdown).matchAll(new RegExp(`\`((?:${folders})/[\\w./-]*)\``, 'g'))];
  const places = [root, join(root, dirname(document))];
  return named.map(([, path = '']) => path).filter((path) => places.every((place) => !existsSync(join(place, path))));
}

const scripts = Object.keys(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).scripts);

function lostScripts(markdown: string): readonly string[] {
  const named = [...markdown.matchAll(/\bnpm run (?:--silent |-s )?([\w:-]+)/g)].map(([, name = '']) => name);
  return named.filter((name) => !scripts.includes(name));
}

function tooWide(markdown: string): readonly string[] {
  return linesOf(markdown)
    .filter(({ kind, text }) => kind === 'prose' && [...text].length > widest)
    .map(({ number, text }) => `line ${number} has ${[...text].length} columns`);
}

it('finds the documents', () => {
  expect(documents).toEqual(
    expect.arrayContaining(['README.md', 'docs/operations.md', 'docs/decisions/0001-converge-instead-of-script.md']),
  );
});

describe.each(documents)('%s', (document) => {
  const markdown = textOf(document);

  it('links only to files and headings that exist', () => {
    expect(lostLinks(document, markdown)).toEqual([]);
  });

  it('names only files and folders that exist', () => {
    expect(lostPaths(document, markdown)).toEqual([]);
  });

  it('names only npm scripts that exist', () => {
    expect(lostScripts(markdown)).toEqual([]);
  });

  it('has no line over 120 columns outside tables and code', () => {
    expect(tooWide(markdown)).toEqual([]);
  });
});

describe('the checks of documents', () => {
  it('find a file, a heading, a path and a script that do not exist', () => {
    const markdown =
      '# One\n\n[a](docs/nowhere.md) [b](#two) [c](#one) [d](https://example.com) `core/nowhere.ts`\n\nnpm run nothing';
    expect(lostLinks('README.md', markdown)).toEqual(['docs/nowhere.md', '#two']);
    expect(lostPaths('README.md', markdown)).toEqual(['core/nowhere.ts']);
    expect(lostScripts(markdown)).toEqual(['nothing']);
  });

  it('find a wide line of prose, and let tables and code be wide', () => {
    const wide = 'x '.repeat(61);
    expect(tooWide(`${wide}\n\n| ${wide} |\n\n    ${wide}\n\n\`\`\`\n${wide}\n\`\`\`\n`)).toEqual([
      'line 1 has 122 columns',
    ]);
  });

  it('make the anchor of a heading as GitHub does', () => {
    expect(anchorOf('A stream with the policy `target` or `adaptive`')).toBe(
      'a-stream-with-the-policy-target-or-adaptive',
    );
    expect(anchorOf('It does not shrink: a consumer is behind')).toBe('it-does-not-shrink-a-consumer-is-behind');
    expect(anchorOf('The day’s calls are spent')).toBe('the-days-calls-are-spent');
  });
});
