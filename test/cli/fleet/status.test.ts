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

test('says under the table that a dry run is why nothing scales', () => {
  expect(renderStatus([{ ...row, dryRun: true }])).toMatch(
    /\nDry run: it decides and notifies, and changes nothing\.$/,
  );
  expect(renderStatus([row])).not.toContain('Dry run');
});
