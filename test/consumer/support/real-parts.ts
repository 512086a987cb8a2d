/**
 * The programs that some tests run for real. In CI an absent one fails the tests that need it; on a developer's
 * machine those tests are left out, and say so.
 */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, it } from 'vitest';

/**
 * The path of a program, or undefined when it is not installed. Debian puts servers where a user's PATH may not look.
 */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

/** Like `describe`, for tests that cannot run without some programs. The body gets their paths. */
export function describeWithPrograms<Name extends string>(
  title: string,
  names: readonly Name[],
  body: (programs: Readonly<Record<Name, string>>) => void,
): void {
  const found = names.map((name) => [name, findProgram(name)] as const);
  const missing = found.filter(([, path]) => path === undefined).map(([name]) => name);
  if (missing.length === 0) {
    describe(title, () => body(Object.fromEntries(found) as Record<Name, string>));
    return;
  }
  const notice = `${title}: needs ${missing.join(', ')} (apt-get install ${missing.map(packageOf).join(' ')})`;
  if (process.env.CI) {
    it(title, () => {
      throw new Error(notice);
    });
    return;
  }
  console.warn(`NOT TESTED HERE ${notice}`);
  describe.skip(title, () => it('needs programs that are not installed', () => {}));
}

function packageOf(program: string): string {
  return (
    { promtool: 'prometheus', java: 'default-jre-headless', mvn: 'maven', go: 'golang', Burrow: 'burrow' }[program] ??
    program
  );
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
