/**
 * What local AWS does with the parameters of the calls that it serves. There are three kinds and no fourth: honoured,
 * stored, refused. What no rule names is refused by its name, so a parameter that AWS adds tomorrow is refused, too.
 *
 * A rule names a parameter by its path: `Records.Data` is the member Data of each element of Records, and
 * `Attributes.RawMessageDelivery` a key of the map Attributes. A path covers everything below it, unless there are rules
 * below it: then they alone count. Below a text they are its values: `Protocol.sqs` means that sqs is the only protocol.
 */
export interface OperationRules {
  readonly honoured?: readonly string[];
  /** Honoured, but for the difference that is told. */
  readonly simplified?: Readonly<Record<string, string>>;
  /** Kept and returned faithfully; what it does in AWS cannot be observed through local AWS. */
  readonly stored?: readonly string[];
  /** Ways out for refused parameters; those without one are to be removed. */
  readonly refused?: Readonly<Record<string, string>>;
  /** What differs about the call as a whole. */
  readonly note?: string;
}

/** By operation. */
export type ServiceRules = Readonly<Record<string, OperationRules>>;

export type ParameterKind = 'honoured' | 'simplified' | 'stored';

/** Every path that an operation accepts, with its kind. */
export function acceptedPaths(rules: OperationRules): ReadonlyMap<string, ParameterKind> {
  return new Map<string, ParameterKind>([
    ...(rules.honoured ?? []).map((path) => [path, 'honoured'] as const),
    ...Object.keys(rules.simplified ?? {}).map((path) => [path, 'simplified'] as const),
    ...(rules.stored ?? []).map((path) => [path, 'stored'] as const),
  ]);
}

/** `prefix('Records.', 'Data', 'PartitionKey')` is `Records.Data` and `Records.PartitionKey`. */
export function below(path: string, ...members: readonly string[]): readonly string[] {
  return members.map((member) => `${path}.${member}`);
}
