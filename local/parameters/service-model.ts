/**
 * The inputs of AWS's services as the models of botocore describe them: names and shapes, nothing else.
 * `npm run generate:service-models` writes service-models.json; botocore is licensed under Apache-2.0.
 */
import type { ServiceName } from '../wire/api-call.ts';
import models from './service-models.json' with { type: 'json' };

/** text, number, boolean, bytes, time, document. */
export type ScalarShape = 's' | 'n' | 'b' | 'B' | 't' | 'd';
export type Shape =
  | ScalarShape
  | { readonly list: Shape }
  | {
      readonly map: Shape /** What a form calls key and value, where it is not `key` and `value`. */;
      readonly entry?: readonly string[];
    }
  | StructureShape;
export interface StructureShape {
  readonly members: Readonly<Record<string, Shape>>;
}

export interface OperationModel {
  readonly input: StructureShape;
  /** Of a REST service. */
  readonly http?: {
    readonly method: string;
    /** Such as `/2015-03-31/functions/{FunctionName}`. */
    readonly path: string;
    /** Members outside the body, by name: `uri`, `query:Qualifier`, `header:X-Amz-Log-Type`, `body`. */
    readonly at: Readonly<Record<string, string>>;
  };
}

export interface ServiceModel {
  /** All operations of the service, served here or not. */
  readonly operations: readonly string[];
  /** Method and path of each of them, for a REST service. */
  readonly paths?: Readonly<Record<string, readonly [method: string, path: string]>>;
  /** Those that are served. */
  readonly served: Readonly<Record<string, OperationModel>>;
}

export const BOTOCORE_VERSION: string = models.botocore;

const SERVICES = models.services as unknown as Readonly<Record<ServiceName, ServiceModel>>;

export function serviceModel(service: ServiceName): ServiceModel {
  return SERVICES[service];
}

export function operationModel(service: ServiceName, operation: string): OperationModel | undefined {
  const { served } = SERVICES[service];
  return Object.hasOwn(served, operation) ? served[operation] : undefined;
}
