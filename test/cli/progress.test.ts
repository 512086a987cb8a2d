import { expect, it } from 'vitest';
import { startProgress } from '../../cli/progress.ts';

function watch(columns = 80) {
  const lines: string[] = [];
  let nowMs = 0;
  const progress = startProgress('simulating', { redraw: (line) => lines.push(line), columns }, () => nowMs);
  return {
    lines,
    at: (ms: number, fraction?: number) => {
      nowMs = ms;
      progress.report(fraction);
    },
    end: progress.end,
  };
}

it('shows how much is done and about how long the rest takes', () => {
  const { lines, at, end } = watch();
  at(4_000, 0.25);
  expect(lines).toEqual(['simulating  █████░░░░░░░░░░░░░░░  25 %  about 12 s left']);
  at(400_000, 0.5);
  expect(lines.at(-1)).toContain('50 %  about 7 min left');
  end();
  expect(lines.at(-1)).toBe('');
});

it('shows nothing for work that ends within a second', () => {
  const { lines, at, end } = watch();
  at(500, 0.9);
  end();
  expect(lines).toEqual([]);
});

it('shows how long it has waited where nobody knows how long it will take', () => {
  const { lines, at, end } = watch();
  at(3_000);
  end();
  expect(lines).toEqual(['simulating  3 s', '']);
});

it('stays on one line of a narrow terminal', () => {
  const { lines, at, end } = watch(30);
  at(4_000, 0.25);
  end();
  expect(lines[0]).toHaveLength(29);
});

it('draws nothing where standard error is no terminal', () => {
  expect(() => startProgress('simulating', { redraw: undefined, columns: 80 }).report(0.5)).not.toThrow();
});
