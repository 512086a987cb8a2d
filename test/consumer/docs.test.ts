import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { adviceKinds } from '../../consumer/decision/joint-decision.ts';
import { commonKeys, entityKeys, entityTypes } from '../../consumer/external-scaler/metadata.ts';
import { missReasons } from '../../consumer/external-scaler/tracker.ts';
import { createServeMetrics } from '../../consumer/serve/serve-metrics.ts';

const guide = readFileSync(join(import.meta.dirname, '../../docs/consumer.md'), 'utf8');

describe('the guide', () => {
  it('docs/consumer.md names every metric that serve exports', () => {
    const registry = new Registry();
    createServeMetrics('dry_run', registry);
    for (const { name } of registry.getMetricsAsArray())
      expect(guide).toContain(`\`${name.replace('kinesis_autoscaler_', '')}`);
  });

  it('docs/consumer.md names every metadata key, entity, advice and reason for no answer', () => {
    const words = [...entityTypes, ...commonKeys, ...Object.values(entityKeys).flat(), ...adviceKinds];
    for (const word of words) expect(guide).toContain(`\`${word}\``);
    expect(guide).toContain(`hit, ${missReasons.join(', ')}`);
  });
});
