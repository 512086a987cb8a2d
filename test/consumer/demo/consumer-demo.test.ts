import { describe, expect, it } from 'vitest';
import { runConsumerDemo } from '../../../cli/consumer-demo/consumer-demo.ts';
import { ReplicaCount } from '../../../cli/consumer-demo/replica-count.ts';

describe('consumer demo', () => {
  it('consumer-demo shows workers that follow the lag, and ends by itself without losing a record', {
    timeout: 90_000,
  }, async () => {
    const lines: string[] = [];
    const { written, read, peakLagMs, workers } = await runConsumerDemo({
      burstMinutes: 2,
      write: (line) => lines.push(line),
    });
    expect(read).toBe(written);
    expect(peakLagMs).toBeGreaterThan(60_000);
    expect([workers.at(0), workers.at(-1), Math.max(...workers) > 1]).toEqual([1, 1, true]);
    expect(lines.join('\n')).toContain('add-workers, no scale-down');
  });
});

describe('replica count', () => {
  it("the demo's replica count grows by the ratio, at most twofold, within its bounds", () => {
    const replicas = new ReplicaCount({ min: 1, max: 10 }, 1);
    expect([
      replicas.next(2, 150, 100),
      replicas.next(2, 900, 100),
      replicas.next(8, 900, 100),
      replicas.next(2, 105, 100),
    ]).toEqual([3, 4, 10, 2]);
  });

  it("the demo's replica count shrinks only when every remembered round agrees", () => {
    const replicas = new ReplicaCount({ min: 1, max: 10 }, 3);
    const sizes = [100, 50, 25, 25, 25].map((value) => replicas.next(4, value, 100));
    expect(sizes).toEqual([4, 4, 4, 2, 1]);
  });
});
