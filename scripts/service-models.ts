/**
 * Writes local/parameters/service-models.json from the service models that botocore ships (Apache-2.0): names and shapes
 * of inputs, for the operations that local AWS serves. No documentation, no code.
 *
 *     pip download --no-deps botocore && unzip botocore-*.whl -d botocore
 *     npm run generate:service-models -- botocore
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { SERVED } from '../local/parameters/served-operations.ts';
import type { OperationModel, ServiceModel, Shape, StructureShape } from '../local/parameters/service-model.ts';
import type { ServiceName } from '../local/wire/api-call.ts';

interface BotocoreShape {
  readonly type: string;
  readonly members?: Readonly<Record<string, BotocoreMember>>;
  readonly member?: { readonly shape: string };
  readonly key?: BotocoreMember;
  readonly value?: BotocoreMember;
  readonly payload?: string;
  readonly document?: boolean;
}
interface BotocoreMember {
  readonly shape: string;
  readonly location?: string;
  readonly locationName?: string;
}
interface BotocoreService {
  readonly operations: Readonly<
    Record<
      string,
      {
        readonly input?: { readonly shape: string };
        readonly http?: { readonly method: string; readonly requestUri: string };
      }
    >
  >;
  readonly shapes: Readonly<Record<string, BotocoreShape>>;
  readonly metadata: { readonly protocol: string };
}

const FOLDERS: Readonly<Record<ServiceName, string>> = {
  kinesis: 'kinesis/2013-12-02',
  cloudwatch: 'cloudwatch/2010-08-01',
  sns: 'sns/2010-03-31',
  sqs: 'sqs/2012-11-05',
  lambda: 'lambda/2015-03-31',
  logs: 'logs/2014-03-28',
  sts: 'sts/2011-06-15',
  tagging: 'resourcegroupstaggingapi/2017-01-26',
};

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('name the folder into which the botocore wheel was unpacked');
const botocore = folder;
const version = /^botocore-([\d.]+)\.dist-info$/m.exec(readdirSync(botocore).join('\n'))?.[1];
if (version === undefined) throw new Error(`${botocore} holds no botocore-*.dist-info`);

const services = Object.fromEntries(
  Object.entries(FOLDERS).map(([service, path]) => [service, modelOf(readService(path), service as ServiceName)]),
);
const written = fileURLToPath(new URL('../local/parameters/service-models.json', import.meta.url));
writeFileSync(written, `${JSON.stringify({ botocore: version, license: 'Apache-2.0', services })}\n`);

function readService(path: string): BotocoreService {
  return JSON.parse(gunzipSync(readFileSync(join(botocore, 'botocore/data', path, 'service-2.json.gz'))).toString());
}

function modelOf(service: BotocoreService, name: ServiceName): ServiceModel {
  const isRest = service.metadata.protocol === 'rest-json';
  const served = Object.keys(SERVED[name]).map((operation) => [operation, operationOf(service, operation, isRest)]);
  const paths = Object.entries(service.operations).map(([operation, { http }]) => [
    operation,
    [http?.method, http?.requestUri.split('?')[0]],
  ]);
  return {
    operations: Object.keys(service.operations).sort(),
    ...(isRest ? { paths: Object.fromEntries(paths) } : {}),
    served: Object.fromEntries(served),
  };
}

function operationOf(service: BotocoreService, name: string, isRest: boolean): OperationModel {
  const operation = service.operations[name];
  if (operation === undefined) throw new Error(`botocore ${version} knows no operation ${name}`);
  const shapeName = operation.input?.shape;
  const input: StructureShape =
    shapeName === undefined ? { members: {} } : (shapeOf(service, shapeName) as StructureShape);
  if (!isRest) return { input };
  const { members = {}, payload } = service.shapes[shapeName ?? ''] ?? {};
  const at = Object.entries(members).flatMap(([member, { location, locationName = member }]) => {
    if (location === 'uri') return [[member, 'uri']];
    if (location === 'querystring') return [[member, `query:${locationName}`]];
    if (location === 'header') return [[member, `header:${locationName}`]];
    return member === payload ? [[member, 'body']] : [];
  });
  const { method = '', requestUri = '' } = operation.http ?? {};
  return { input, http: { method, path: requestUri, at: Object.fromEntries(at) } };
}

function shapeOf(service: BotocoreService, name: string): Shape {
  const shape = service.shapes[name];
  if (shape === undefined) throw new Error(`there is no shape ${name}`);
  switch (shape.type) {
    case 'structure': {
      if (shape.document === true) return 'd';
      const members = Object.entries(shape.members ?? {}).map(([member, { shape: its }]) => [
        member,
        shapeOf(service, its),
      ]);
      return { members: Object.fromEntries(members) };
    }
    case 'list':
      return { list: shapeOf(service, shape.member?.shape ?? '') };
    case 'map': {
      const entry = [shape.key?.locationName ?? 'key', shape.value?.locationName ?? 'value'];
      const map = shapeOf(service, shape.value?.shape ?? '');
      return entry.join() === 'key,value' ? { map } : { map, entry };
    }
    case 'string':
      return 's';
    case 'boolean':
      return 'b';
    case 'blob':
      return 'B';
    case 'timestamp':
      return 't';
    case 'integer':
    case 'long':
    case 'float':
    case 'double':
      return 'n';
    default:
      throw new Error(`${name} is of a type that is not expected: ${shape.type}`);
  }
}
