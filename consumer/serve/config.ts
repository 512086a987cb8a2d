/** Reads the configuration of `serve` and reports every fault at once. */
import * as v from 'valibot';
import { LineCounter, parseDocument } from 'yaml';
import { crossFieldFaults, purposeFaults } from './config-rules.ts';
import {
  jointStreamSchema,
  type PartialConfig,
  type ServeConfig,
  serveConfigSchema,
  signalSchema,
} from './config-schema.ts';

export type ConfigResult =
  | { readonly ok: true; readonly config: ServeConfig }
  | { readonly ok: false; readonly faults: readonly string[] };

/** Reads a YAML text. All faults at once, each with the field, the value and the way out. */
export function readServeConfig(text: string): ConfigResult {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  if (document.errors.length > 0) {
    return {
      ok: false,
      faults: document.errors.map(
        (error) => `line ${lines.linePos(error.pos[0]).line}: ${error.message.split('\n')[0]}`,
      ),
    };
  }
  const content: unknown = document.toJS() ?? {};
  const parsed = v.safeParse(serveConfigSchema, content);
  if (!parsed.success)
    return { ok: false, faults: [...parsed.issues.map(describeIssue), ...crossFieldFaults(readableParts(content))] };
  const faults = [...crossFieldFaults(parsed.output), ...purposeFaults(parsed.output)];
  return faults.length === 0 ? { ok: true, config: parsed.output } : { ok: false, faults };
}

/** Reads the sections one by one, so that a fault in one does not hide what another requires. */
function readableParts(content: unknown): PartialConfig {
  if (typeof content !== 'object' || content === null) return {};
  const { mode, monitor, backends, emitters, externalScaler } = serveConfigSchema.entries;
  const readable = <Schema extends v.GenericSchema>(
    section: string,
    schema: Schema,
  ): v.InferOutput<Schema> | undefined => outputOf(schema, Reflect.get(content, section));
  const items = <Schema extends v.GenericSchema>(
    section: string,
    schema: Schema,
  ): (v.InferOutput<Schema> | undefined)[] => {
    const list: unknown = Reflect.get(content, section) ?? [];
    return Array.isArray(list) ? list.map((item) => outputOf(schema, item)) : [undefined];
  };
  const sections = {
    mode: readable('mode', mode),
    monitor: readable('monitor', monitor),
    backends: readable('backends', backends),
    emitters: readable('emitters', emitters),
    externalScaler: readable('externalScaler', externalScaler),
  };
  const read = Object.fromEntries(Object.entries(sections).filter(([, section]) => section !== undefined));
  return { ...read, signals: items('signals', signalSchema), streams: items('streams', jointStreamSchema) };
}

function outputOf<Schema extends v.GenericSchema>(schema: Schema, value: unknown): v.InferOutput<Schema> | undefined {
  const parsed = v.safeParse(schema, value);
  return parsed.success ? parsed.output : undefined;
}

function describeIssue(issue: v.BaseIssue<unknown>): string {
  const path = v.getDotPath(issue) ?? 'the configuration';
  if (issue.type === 'strict_object' && issue.expected === 'never')
    return `${path} is not known: remove it, or see serve --example for the right name`;
  if (issue.received === 'undefined') return `${path} is missing: expected ${issue.expected}`;
  const reason = issue.kind === 'validation' ? issue.message : `expected ${issue.expected}`;
  return `${path}: ${reason}, got ${issue.received}`;
}
