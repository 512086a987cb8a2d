/** The tables of settings as text: the comments above their rows say what each setting means. */
import { readFileSync } from 'node:fs';
import type { SettingSources } from '../core/settings/settings-reference.ts';

export function readSettingSources(): SettingSources {
  const textOf = (name: string) => readFileSync(new URL(`../core/settings/${name}.ts`, import.meta.url), 'utf8');
  return { stream: textOf('stream-settings'), deployment: textOf('deployment-settings') };
}
