import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadDeployment } from '../../lambda/config.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'config-test-'));
  vi.stubEnv('LAMBDA_TASK_ROOT', root);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true });
});

describe('the deployment', () => {
  it('is read from the environment and from settings.json beside the code', () => {
    writeFileSync(join(root, 'settings.json'), '{"streams": {"orders": {"minShards": 4}}}');
    vi.stubEnv('DRY_RUN', 'false');
    const deployment = loadDeployment();
    expect(deployment.dryRun).toBe(false);
    expect(deployment.streams?.get('orders')?.minShards).toBe(4);
  });

  it('is read from the environment alone where there is no settings.json', () => {
    expect(loadDeployment().streams).toBeUndefined();
  });

  it('is refused with every fault at once', () => {
    writeFileSync(join(root, 'settings.json'), '{"streams": {"orders": {"minShards": 0}}}');
    vi.stubEnv('SCALE_UP_THRESHOLD', 'x');
    expect(() => loadDeployment()).toThrow(
      /^The configuration is not usable:\nSCALE_UP_THRESHOLD: "x" is .*\nsettings\.json\.streams\.orders\.minShards: 0 is /,
    );
  });

  it('is refused, not taken for one without streams, when settings.json cannot be read', () => {
    vi.stubEnv('LAMBDA_TASK_ROOT', join(root, 'settings.json', '..'));
    rmSync(root, { recursive: true });
    writeFileSync(root, 'a file where the folder was');
    expect(() => loadDeployment()).toThrow('ENOTDIR');
  });
});
