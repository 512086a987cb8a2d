import { expect, test } from 'vitest';
import { renderStatus, type StatusRow } from '../../../cli/fleet/status.ts';

const row: StatusRow = {
  region: 'eu-west-1',
  streamName: 'orders',
  mode: 'PROVISIONED',
  status: 'ACTIVE',
  shards: 4,
  minShards: 2,
  maxShards: 16,
  utilization: 0.4,
  upAlarm: 'OK',
  downAlarm: 'OK',
  lastScaledAt: null,
  callsLeft: 10,
  nextSlotAt: null,
  dryRun: false,
  drift: [],
};

test('shows that a stream is on demand, and no bounds, alarms or calls, which mean nothing then', () => {
  const onDemand = { ...row, mode: 'ON_DEMAND', upAlarm: 'missing', downAlarm: 'missing' };
  const [, , , first = '', second = ''] = renderStatus([onDemand]).split('\n');
  expect(first.split('│').map((cell) => cell.trim())).toEqual([
    ...['', 'orders', 'ACTIVE', '4', '-', '40 %', '-', 'never', '-', 'none', ''],
  ]);
  expect(second).toContain('│ on-demand │');
});

test.each([120, 100, 80, 60, 40])('fits a terminal of %i columns with a stream name of 128 characters', (columns) => {
  const long = { ...row, streamName: `${'orders-'.repeat(18)}eu`, drift: ['concurrency-unaffordable', 'tag-faults'] };
  const lines = renderStatus([long, row], { columns }).split('\n');
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(columns);
  expect(lines.join('').replaceAll(/[^a-z-]/g, '')).toContain('tag-faults');
});

test('shows the region where several are asked', () => {
  expect(renderStatus([row], { showsRegion: true })).toContain('│ eu-west-1 │ orders │');
  expect(renderStatus([row])).not.toContain('eu-west-1');
});

test('says under the table that a dry run is why nothing scales', () => {
  expect(renderStatus([{ ...row, dryRun: true }])).toMatch(
    /\nDry run: it decides and notifies, and changes nothing\.$/,
  );
  expect(renderStatus([row])).not.toContain('Dry run');
});
