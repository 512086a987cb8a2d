import { existsSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { defineAlarm } from '../../core/alarm/alarm-definition.ts';
import { readDeployment } from '../../core/settings/deployment.ts';
import { readStreamSettings } from '../../core/settings/read-stream-settings.ts';
import { bundleFunction } from '../../infra/function-bundle.ts';
import { consumerArn, type DeployedStack, deploy, newOutdir, resourcesOf, theResource } from './deployed-stack.ts';

const fixture = fileURLToPath(new URL('../fixtures/infra/handlers.ts', import.meta.url));
const require = createRequire(import.meta.url);

function codeOf(stack: DeployedStack, id: string): { readonly S3Key: string } {
  return theResource(stack, 'AWS::Lambda::Function', id).Properties.Code as { readonly S3Key: string };
}

function assetOf(stack: DeployedStack): string {
  return join(stack.outdir, `asset.${codeOf(stack, 'ScalerFunction').S3Key.replace('.zip', '')}`);
}

function settingsJsonOf(stack: DeployedStack): string {
  return readFileSync(join(assetOf(stack), 'settings.json'), 'utf8');
}

describe('settings.json', () => {
  const streams = [
    {
      name: 'orders',
      minShards: 2,
      scaleUpThreshold: 0.8,
      consumers: [{ functionArn: consumerArn, lambdasPerShard: 2 }],
    },
    { name: 'clicks', shardCount: 4 },
  ];

  it('settings.json names every stream with what was given for it, and no default', () => {
    const stack = deploy({ defaults: { maxShards: 64 }, streams });
    expect(JSON.parse(settingsJsonOf(stack))).toEqual({
      streams: {
        clicks: {},
        orders: { minShards: 2, scaleUpThreshold: 0.8, consumers: [{ functionArn: consumerArn, lambdasPerShard: 2 }] },
      },
    });
  });

  it('a changed setting, and nothing else, changes the code of both functions', () => {
    const before = deploy({ streams });
    const same = deploy({ streams: [...streams].reverse() });
    const changed = deploy({ streams: [{ ...streams[0], minShards: 3 }, streams[1]] });
    expect(codeOf(before, 'ScalerFunction')).toEqual(codeOf(before, 'ReconcilerFunction'));
    expect(codeOf(same, 'ScalerFunction')).toEqual(codeOf(before, 'ScalerFunction'));
    expect(codeOf(changed, 'ScalerFunction')).not.toEqual(codeOf(before, 'ScalerFunction'));
  });

  it('the function reads from settings.json exactly the alarms that are deployed', () => {
    const defaults = { periodMinutes: 1, maxShards: 64, scaleDownThreshold: 0.3 };
    const stack = deploy({ dryRun: false, defaults, streams });
    const { Environment: environment } = theResource(stack, 'AWS::Lambda::Function', 'ScalerFunction').Properties;
    const { Variables: variables } = environment as { readonly Variables: Record<string, string> };
    const read = readDeployment(variables, settingsJsonOf(stack));
    if (!read.ok) throw new Error(JSON.stringify(read.faults));
    expect(read.value.dryRun).toBe(false);
    const orders = read.value.streams?.get('orders');
    const wanted = readStreamSettings({
      ...defaults,
      minShards: 2,
      scaleUpThreshold: 0.8,
      consumers: streams[0]?.consumers,
    });
    expect({ ok: true, value: orders }).toEqual(wanted);
    const alarm = resourcesOf(stack, 'AWS::CloudWatch::Alarm').find(
      ({ Properties }) => Properties.AlarmName === 'orders-scale-up',
    );
    if (!orders) throw new Error('orders is not managed');
    const definition = defineAlarm('up', { streamName: 'orders', shardCount: 2, settings: orders });
    expect(alarm?.Properties).toMatchObject({
      Threshold: definition.threshold,
      EvaluationPeriods: definition.evaluationPeriods,
    });
  });
});

describe('the bundle', () => {
  it('the bundle is CommonJS that exports both handlers, beside settings.json', () => {
    const asset = assetOf(deploy({ streams: [{ name: 'orders' }] }, { entry: fixture, bundle: true }));
    const handlers = require(join(asset, 'index.js'));
    expect(Object.keys(handlers).sort()).toEqual(['reconciler', 'scaler']);
    expect(JSON.parse(readFileSync(join(asset, 'settings.json'), 'utf8'))).toEqual({ streams: { orders: {} } });
  });

  it('the bundle is not built where bundling is turned off', () => {
    expect(existsSync(join(assetOf(deploy({ streams: [{ name: 'orders' }] })), 'index.js'))).toBe(false);
  });

  it('the bundle of the deployed functions has at most 500 kB', () => {
    const outfile = join(newOutdir(), 'index.js');
    bundleFunction(fileURLToPath(new URL('../../lambda/index.ts', import.meta.url)), outfile);
    expect(statSync(outfile).size).toBeLessThanOrEqual(500_000);
    expect(require(outfile)).toMatchObject({ scaler: expect.any(Function), reconciler: expect.any(Function) });
  });
});
