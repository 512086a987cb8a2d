/** Reads, completes and writes settings of a deployment, as the tables in deployment-settings.ts describe them. */
import { isObject } from '../json-object.ts';
import { type Fault, quote } from '../result.ts';
import type { DeploymentSetting, DeploymentSettings, GivenOf, ValuesOf } from './deployment-settings.ts';
import { findValueFault, readText } from './setting.ts';

/** How one kind of user writes the settings; a fault speaks as that user does. */
export interface Spelling {
  /** @param path of the setting in its table, as `retry.callTimeoutMs`. */
  readonly nameOf: (path: string, setting: DeploymentSetting) => string;
  /** Waits are given in seconds, not in milliseconds. */
  readonly inSeconds: boolean;
}

export const environmentSpelling: Spelling = { nameOf: (_, { variable }) => variable, inSeconds: true };
export const contextSpelling: Spelling = {
  nameOf: (path, { givenAs = path }) => secondsName(givenAs),
  inSeconds: true,
};
export const constructSpelling: Spelling = { nameOf: (path, { givenAs = path }) => givenAs, inSeconds: false };

export type Environment = Readonly<Record<string, string | undefined>>;

/** Empty and blank variables are not set. */
export function readFromEnvironment<T extends DeploymentSettings>(
  table: T,
  environment: Environment,
  faults: Fault[],
): GivenOf<T> {
  const givenOf = (_: string, setting: DeploymentSetting) => {
    const text = environment[setting.variable]?.trim();
    if (!text) return undefined;
    return setting.readText ? setting.readText(text) : readText(setting, text);
  };
  return checkSettings(table, givenOf, environmentSpelling, faults);
}

/** @param context of cdk.json; what belongs to no setting of the table is passed over. */
export function readFromContext<T extends DeploymentSettings>(table: T, context: object, faults: Fault[]): GivenOf<T> {
  const givenOf = (path: string, setting: DeploymentSetting) => valueAt(context, contextSpelling.nameOf(path, setting));
  return checkSettings(table, givenOf, contextSpelling, faults);
}

/** @param isKnown whether a value is more than a token that stands for it until deployment. */
export function findPropsFaults<T extends DeploymentSettings>(
  table: T,
  props: GivenOf<T>,
  isKnown: (value: unknown) => boolean,
): readonly Fault[] {
  const faults: Fault[] = [];
  const givenOf = (path: string) => {
    const value = valueAt(props, path);
    return isKnown(value) ? value : undefined;
  };
  checkSettings(table, givenOf, constructSpelling, faults);
  return faults;
}

/** Each default in the place of what was not given. */
export function completeSettings<T extends DeploymentSettings>(table: T, given: GivenOf<T>): ValuesOf<T> {
  // One value for each setting of the table.
  return mapSettings(table, (path, setting) => valueOrDefault(table, given, path, setting)) as ValuesOf<T>;
}

/** Variables by name, in the order of the table; only what was given. */
export function writeToEnvironment<T extends DeploymentSettings>(table: T, given: GivenOf<T>): Record<string, string> {
  const variables: Record<string, string> = {};
  mapSettings(table, (path, setting) => {
    const value = valueAt(given, path);
    if (value !== undefined) variables[setting.variable] = String(asWritten(value, setting, environmentSpelling));
  });
  return variables;
}

/** The setting as somebody writes it who counts waits in seconds. */
export function inSeconds(setting: DeploymentSetting): DeploymentSetting {
  if (!isWait(setting)) return setting;
  const { from = 0, to, default: otherwise } = setting;
  return { ...setting, unit: 'seconds', from: from / 1000, to: to / 1000, default: otherwise / 1000 };
}

export function secondsName(path: string): string {
  return path.replace(/Ms$/, 'Seconds');
}

/** Calls `visit` for each setting of the table and puts its answers where the settings are. */
export function mapSettings(
  table: DeploymentSettings,
  visit: (path: string, setting: DeploymentSetting) => unknown,
  prefix = '',
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(table).map(([name, entry]) => {
      const path = `${prefix}${name}`;
      return [name, isSetting(entry) ? visit(path, entry) : mapSettings(entry, visit, `${path}.`)];
    }),
  );
}

function checkSettings<T extends DeploymentSettings>(
  table: T,
  givenOf: (path: string, setting: DeploymentSetting) => unknown,
  spelling: Spelling,
  faults: Fault[],
): GivenOf<T> {
  const given = mapSettings(table, (path, setting) => {
    const value = givenOf(path, setting);
    if (value === undefined) return undefined;
    const written = spelling.inSeconds ? inSeconds(setting) : setting;
    const fault = findValueFault(written, value, spelling.nameOf(path, setting), String(written.default));
    if (!fault) return spelling.inSeconds && isWait(setting) ? toMs(Number(value)) : value;
    faults.push(fault);
    return undefined;
  }) as GivenOf<T>; // Each value is one that its setting takes.
  mapSettings(table, (path, setting) => {
    const fault = findInversion(table, given, path, setting, spelling);
    if (fault) faults.push(fault);
  });
  return given;
}

/** A value that was given and lies below the one that it must not lie below. */
function findInversion(
  table: DeploymentSettings,
  given: object,
  path: string,
  setting: DeploymentSetting,
  spelling: Spelling,
): Fault | undefined {
  const value = valueAt(given, path);
  if (!isNumber(setting) || setting.notBelow === undefined || value === undefined) return undefined;
  const other = settingAt(table, setting.notBelow);
  const lowest = valueOrDefault(table, given, setting.notBelow, other);
  if (Number(value) >= Number(lowest)) return undefined;
  return {
    field: spelling.nameOf(path, setting),
    value: quote(asWritten(value, setting, spelling)),
    problem: `is below ${spelling.nameOf(setting.notBelow, other)} ${asWritten(lowest, other, spelling)}`,
    remedy: 'give at least as much',
  };
}

function valueOrDefault(table: DeploymentSettings, given: object, path: string, setting: DeploymentSetting): unknown {
  const value = valueAt(given, path) ?? setting.default;
  if (!isNumber(setting) || setting.notBelow === undefined) return value;
  const other = settingAt(table, setting.notBelow);
  return Math.max(Number(value), Number(valueOrDefault(table, given, setting.notBelow, other)));
}

function asWritten(value: unknown, setting: DeploymentSetting, spelling: Spelling): unknown {
  return spelling.inSeconds && isWait(setting) ? Number(value) / 1000 : value;
}

/** To the microsecond, or 1.003 s would be 1002.9999999999999 ms. */
function toMs(seconds: number): number {
  return Math.round(seconds * 1_000_000) / 1000;
}

type NumberSetting = Extract<DeploymentSetting, { readonly kind: 'number' | 'integer' }>;

function isNumber(setting: DeploymentSetting): setting is NumberSetting {
  return setting.kind === 'number' || setting.kind === 'integer';
}

function isWait(setting: DeploymentSetting): setting is NumberSetting {
  return isNumber(setting) && setting.unit === 'ms';
}

function isSetting(entry: DeploymentSettings[string]): entry is DeploymentSetting {
  return typeof entry.kind === 'string';
}

function settingAt(table: DeploymentSettings, path: string): DeploymentSetting {
  return valueAt(table, path) as DeploymentSetting;
}

function valueAt(object: object, path: string): unknown {
  return path.split('.').reduce<unknown>((inner, key) => (isObject(inner) ? inner[key] : undefined), object);
}
