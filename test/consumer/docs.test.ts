import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { ADVICE_KINDS } from '../../consumer/decision/joint-decision.ts';
import { COMMON_KEYS, ENTITY_KEYS, ENTITY_TYPES } from '../../consumer/external-scaler/metadata.ts';
import { MISS_REASONS } from '../../consumer/external-scaler/tracker.ts';
import { createServeMetrics } from '../../consumer/serve/serve-metrics.ts';

const GUIDE = readFileSync(join(import.meta.dirname, '../../docs/consumer.md'), 'utf8');

describe('the guide', () => {
  it('names every metric', () => {
    const registry = new Registry();
    createServeMetrics('dry_run', registry);
    for (const { name } of registry.getMetricsAsArray())
      expect(GUIDE).toContain(`\`${name.replace('kinesis_autoscaler_', '')}`);
  });

  it('names every metadata key, entity, advice and reason for no answer', () => {
    const words = [...ENTITY_TYPES, ...COMMON_KEYS, ...Object.values(ENTITY_KEYS).flat(), ...ADVICE_KINDS];
    for (const word of words) expect(GUIDE).toContain(`\`${word}\``);
    expect(GUIDE).toContain(`hit, ${MISS_REASONS.join(', ')}`);
  });
});
