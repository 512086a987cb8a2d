/** A CloudFormation template and an asset manifest, as far as they are read. */
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import * as v from 'valibot';

const resource = v.looseObject({
  Type: v.string(),
  Properties: v.optional(v.record(v.string(), v.unknown()), {}),
  DependsOn: v.optional(v.union([v.string(), v.array(v.string())])),
  Condition: v.optional(v.string()),
  DeletionPolicy: v.optional(v.string()),
});

const template = v.looseObject({
  Resources: v.record(v.string(), resource),
  Parameters: v.optional(
    v.record(v.string(), v.looseObject({ Type: v.string(), Default: v.optional(v.unknown()) })),
    {},
  ),
  Conditions: v.optional(v.record(v.string(), v.unknown()), {}),
  Mappings: v.optional(v.record(v.string(), v.record(v.string(), v.record(v.string(), v.unknown()))), {}),
  Outputs: v.optional(
    v.record(v.string(), v.looseObject({ Value: v.unknown(), Condition: v.optional(v.string()) })),
    {},
  ),
});

const assetManifest = v.object({
  files: v.record(
    v.string(),
    v.object({
      source: v.object({ path: v.optional(v.string()) }),
      destinations: v.record(v.string(), v.object({ objectKey: v.string() })),
    }),
  ),
});

export type Template = v.InferOutput<typeof template>;
export type TemplateResource = v.InferOutput<typeof resource>;

/** @throws Error that names the file and what is wrong in it. */
export async function readTemplate(path: string): Promise<Template> {
  return parseFile(path, template);
}

/** Folder of each asset by the key under which the template looks for it in the CDK's bucket. */
export async function readAssets(path: string): Promise<ReadonlyMap<string, string>> {
  const { files } = await parseFile(path, assetManifest);
  const folder = dirname(path);
  return new Map(
    Object.values(files).flatMap(({ source, destinations }) =>
      Object.values(destinations).map(({ objectKey }) => [objectKey, resolve(folder, source.path ?? '')] as const),
    ),
  );
}

async function parseFile<TSchema extends v.GenericSchema>(
  path: string,
  schema: TSchema,
): Promise<v.InferOutput<TSchema>> {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), await readFile(path, 'utf8'));
  if (parsed.success) return parsed.output as v.InferOutput<TSchema>;
  const faults = parsed.issues.map((issue) => `${v.getDotPath(issue) ?? 'the document'}: ${issue.message}`);
  throw new Error(`${path} cannot be deployed: ${faults.join('; ')}`);
}
