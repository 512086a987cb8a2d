/**
 * The one bundle of both functions: index.js (esbuild, SDK included) and settings.json beside it.
 *
 * Streams are added to the construct after its functions exist, and settings.json names every stream. So the asset is
 * created when CDK resolves its location, at the end of synthesis. Its hash covers settings.json, so a changed setting
 * is deployed.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Lazy, Stack } from 'aws-cdk-lib';
import { Code, type CodeConfig } from 'aws-cdk-lib/aws-lambda';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import type { Construct } from 'constructs';
import { buildSync } from 'esbuild';

export const scalerHandler = 'index.scaler';
export const reconcilerHandler = 'index.reconciler';
/**
 * A function finds its credentials in its environment: the SDK's other sources of credentials would be 70 kB for
 * nothing.
 */
const environmentCredentials = fileURLToPath(new URL('../lambda/aws/environment-credentials.ts', import.meta.url));
/** Nor does any function read an event stream. */
const noEventStreams = fileURLToPath(new URL('../lambda/aws/no-event-streams.ts', import.meta.url));
const functionEntry = fileURLToPath(new URL('../lambda/index.ts', import.meta.url));

export interface FunctionBundleProps {
  /** Returns the text of settings.json; called once, at the end of synthesis. */
  readonly settingsJson: () => string;
  /** Module that exports `scaler` and `reconciler`. Default: lambda/index.ts. */
  readonly entry?: string | undefined;
}

/** Code whose asset is created at the end of synthesis. Functions that share the code share this object. */
export class FunctionBundle extends Code {
  readonly isInline = false;
  readonly #scope: Construct;
  readonly #props: FunctionBundleProps;
  #asset: Asset | undefined;

  constructor(scope: Construct, props: FunctionBundleProps) {
    super();
    this.#scope = scope;
    this.#props = props;
  }

  override bind(): CodeConfig {
    return {
      s3Location: {
        bucketName: Lazy.string({ produce: () => this.#makeAsset().s3BucketName }),
        objectKey: Lazy.string({ produce: () => this.#makeAsset().s3ObjectKey }),
      },
    };
  }

  #makeAsset(): Asset {
    this.#asset ??= this.#writeAsset();
    return this.#asset;
  }

  #writeAsset(): Asset {
    const directory = mkdtempSync(join(tmpdir(), 'kinesis-autoscaler-'));
    try {
      // `cdk list` and unit tests turn bundling off (context aws:cdk:bundling-stacks); they get settings.json all the
      // same.
      if (Stack.of(this.#scope).bundlingRequired) {
        bundleFunction(this.#props.entry ?? functionEntry, join(directory, 'index.js'));
      }
      writeFileSync(join(directory, 'settings.json'), this.#props.settingsJson());
      return new Asset(this.#scope, 'Code', { path: directory });
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  }
}

/** By entry: apps and stacks of one process share it. */
const bundles = new Map<string, Uint8Array>();

/**
 * Writes the bundle that is deployed. CommonJS with the SDK inside loads fastest. With `module` before `main`, esbuild
 * can drop unused code. There is no source map: it would double the download of a cold start, and stack traces name the
 * operation anyway.
 */
export function bundleFunction(entry: string, outfile: string): void {
  const bundle = bundles.get(entry) ?? build(entry);
  bundles.set(entry, bundle);
  writeFileSync(outfile, bundle);
}

function build(entry: string): Uint8Array {
  const { outputFiles } = buildSync({
    entryPoints: [entry],
    write: false,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    mainFields: ['module', 'main'],
    minify: true,
    alias: {
      '@aws-sdk/credential-provider-node': environmentCredentials,
      '@smithy/core/event-streams': noEventStreams,
    },
    legalComments: 'none',
    logLevel: 'warning',
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error(`esbuild made no bundle of ${entry}`);
  return file.contents;
}
