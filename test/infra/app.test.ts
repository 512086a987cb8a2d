import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readDeploymentContext } from '../../infra/deployment-context.ts';
import { synthesize } from '../../infra/synthesis.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { newOutdir } from './deployed-stack.ts';

describe('the app in a process of its own', () => {
  it('the app writes the template and the bundle that it names', async () => {
    const assembly = await synthesize({
      deployment: { stackName: 'Fleet', streams: [{ name: 'orders' }] },
      outdir: newOutdir(),
    });
    const template = JSON.parse(readFileSync(assembly.templatePath, 'utf8'));
    const functions = Object.entries<{ Type: string; Properties: { Code: { S3Key: string } } }>(template.Resources);
    const [, scaler] =
      functions.find(([id, { Type }]) => Type === 'AWS::Lambda::Function' && id.includes('Scaler')) ?? [];
    expect(scaler?.Properties).toMatchObject({
      Environment: { Variables: { DRY_RUN: 'true', version: packageJson.version } },
    });
    const { files } = JSON.parse(readFileSync(assembly.assetManifestPath, 'utf8'));
    const key: string = scaler?.Properties.Code.S3Key ?? '';
    const directory = join(assembly.assetManifestPath, '..', files[key.replace('.zip', '')].source.path);
    expect(readFileSync(join(directory, 'index.js'), 'utf8')).toContain('UpdateShardCount');
    expect(JSON.parse(readFileSync(join(directory, 'settings.json'), 'utf8'))).toEqual({ streams: { orders: {} } });
  });

  it('the app lists every fault without a stack trace, and fails', async () => {
    const faulty = { dryRun: 'no', streams: [{ name: 'orders', minShard: 2 }, { name: 'orders' }] };
    const failure = await synthesize({ deployment: faulty, outdir: newOutdir() }).then(String, String);
    expect(failure).toContain('The context key "autoscaler" in cdk.json has 3 faults:');
    expect(failure).toContain('dryRun: "no" is not a switch; give true or false');
    expect(failure).toContain('streams[0].minShard: this key is not known');
    expect(failure).toContain('streams[1].name: "orders" is the stream of streams[0] again');
    expect(failure).not.toMatch(/^\s+at /m);
  });
});

describe('a template that CloudFormation would refuse for its size', () => {
  it('the app refuses a template that is too large for CloudFormation', async () => {
    const streams = Array.from({ length: 200 }, (_, index) => ({ name: `orders-of-customer-${index}` }));
    const failure = await synthesize({ deployment: { dashboards: true, streams }, outdir: newOutdir() }).then(
      String,
      String,
    );
    expect(failure).toContain('CloudFormation takes 1048576');
  });
});

describe('cdk.json', () => {
  const cdkJson = JSON.parse(readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8'));

  it('cdk.json has a deployment without faults, and a dry run', () => {
    const read = readDeploymentContext(cdkJson.context.autoscaler);
    expect(read).toMatchObject({ ok: true, value: { dryRun: true } });
  });

  it('cdk.json turns notices and version reporting off', () => {
    expect(cdkJson).toMatchObject({ notices: false, versionReporting: false });
  });
});
