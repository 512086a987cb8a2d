/** The shipped Prometheus alert rules and the Grafana dashboard, checked by promtool and against what serve exports. */
import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { parse, stringify } from 'yaml';
import { ownMetricNames } from '../../../consumer/serve/serve-metrics.ts';
import { describeWithPrograms } from '../support/real-parts.ts';

const folder = resolve(import.meta.dirname, '../../../consumer/observability');
const alertsPath = join(folder, 'prometheus-alerts.yaml');
const dashboardPath = join(folder, 'grafana-dashboard.json');
const run = promisify(execFile);

describeWithPrograms('what is shipped for Prometheus and Grafana', ['promtool'], ({ promtool }) => {
  it('promtool finds the alert rules valid, and each fires when it should', async () => {
    const place = await temporaryFolder();
    await writeFile(join(place, 'prometheus-alerts.yaml'), withoutAnnotations(await readFile(alertsPath, 'utf8')));
    await copyFile(join(import.meta.dirname, 'prometheus-alerts.test.yaml'), join(place, 'test.yaml'));
    expect((await run(promtool, ['check', 'rules', alertsPath])).stdout).toMatch(/SUCCESS: \d+ rules found/);
    const tested = await run(promtool, ['test', 'rules', 'test.yaml'], { cwd: place }).catch((error) => error);
    expect(tested.stdout + tested.stderr).toContain('SUCCESS');
  });

  it('promtool can read every expression of the Grafana dashboard', async () => {
    const place = await temporaryFolder();
    const rules = (await dashboardExpressions()).map((expr, index) => ({ record: `panel:${index}`, expr }));
    await writeFile(join(place, 'rules.yaml'), stringify({ groups: [{ name: 'dashboard', rules }] }));
    const checked = await run(promtool, ['check', 'rules', join(place, 'rules.yaml')]).catch((error) => error);
    expect(checked.stdout + checked.stderr).toContain(`SUCCESS: ${rules.length} rules found`);
  });
});

it('alert rules and dashboard ask only for metrics and labels that serve exports', async () => {
  const alerts = parse(await readFile(alertsPath, 'utf8')) as { groups: { rules: { expr: string }[] }[] };
  const expressions = [
    ...alerts.groups.flatMap(({ rules }) => rules.map(({ expr }) => expr)),
    ...(await dashboardExpressions()),
  ];
  const asked = expressions.flatMap((each) => each.match(/kinesis_autoscaler_\w+/g) ?? []);
  const exported = new Set([...ownMetricNames(), 'kinesis_autoscaler_aws_conflicts_total']);
  const unknown = asked.filter((name) => !exported.has(name.replace(/_(bucket|sum|count)$/, '')));
  expect(unknown).toEqual([]);
  expect(new Set(asked).size).toBeGreaterThan(15);
});

it('every alert of the tests is a shipped one, and every shipped alert has a test', async () => {
  const shipped = (await readFile(alertsPath, 'utf8')).match(/alert: (\w+)/g)?.map((line) => line.slice(7));
  const tests = await readFile(join(import.meta.dirname, 'prometheus-alerts.test.yaml'), 'utf8');
  const tested = new Set([...tests.matchAll(/alertname: (\w+)/g)].map(([, name]) => name));
  expect([...tested].toSorted()).toEqual(shipped?.toSorted());
});

it('the Grafana dashboard has panels with ids of their own that do not overlap', async () => {
  const { panels } = JSON.parse(await readFile(dashboardPath, 'utf8')) as {
    panels: { id: number; gridPos: { x: number; y: number; w: number; h: number } }[];
  };
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`),
  );
  expect(new Set(cells).size).toBe(cells.length);
});

/** promtool compares them too; the tests are about when an alert fires, not about what it says. */
function withoutAnnotations(rules: string): string {
  return stringify(parse(rules, (key, value) => (key === 'annotations' ? undefined : value)));
}

async function dashboardExpressions(): Promise<string[]> {
  const { panels } = JSON.parse(await readFile(dashboardPath, 'utf8')) as {
    panels: { targets?: { expr: string }[] }[];
  };
  // Grafana puts the interval in place of its variable.
  return panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr.replaceAll('$__rate_interval', '5m')));
}

async function temporaryFolder(): Promise<string> {
  const place = await mkdtemp(join(tmpdir(), 'promtool-'));
  onTestFinished(() => rm(place, { recursive: true, force: true }));
  return place;
}
