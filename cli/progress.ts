/** Shows on a terminal how far a long piece of work has come, and about how long it still takes. */
import type { Terminal } from './terminal.ts';

export interface Progress {
  /** @param fraction of the work that is done, 0 to 1; undefined when nobody can know */
  readonly report: (fraction: number | undefined) => void;
  readonly end: () => void;
}

/** Work that ends sooner shows nothing. */
const quietMs = 1_000;
const redrawEveryMs = 200;
const barWidth = 20;

/** @param monotonicMs a clock that only rises; the estimate needs no other */
export function startProgress(
  label: string,
  { redraw, columns = 80 }: Pick<Terminal, 'redraw' | 'columns'>,
  monotonicMs: () => number = () => performance.now(),
): Progress {
  if (redraw === undefined) return { report: () => {}, end: () => {} };
  const startedMs = monotonicMs();
  let drawnMs = Number.NEGATIVE_INFINITY;
  let latest: number | undefined;
  const draw = () => {
    const elapsedMs = monotonicMs() - startedMs;
    if (elapsedMs < quietMs || elapsedMs - drawnMs < redrawEveryMs) return;
    drawnMs = elapsedMs;
    redraw(describe(label, latest, elapsedMs).slice(0, columns - 1));
  };
  // Work that waits for an answer reports nothing in the meantime; the timer shows that time passes.
  const timer = setInterval(draw, quietMs);
  timer.unref();
  return {
    report: (fraction) => {
      latest = fraction;
      draw();
    },
    end: () => {
      clearInterval(timer);
      if (Number.isFinite(drawnMs)) redraw('');
    },
  };
}

/** `simulating  ████████░░░░░░░░░░░░  41 %  about 12 s left`. */
function describe(label: string, fraction: number | undefined, elapsedMs: number): string {
  if (fraction === undefined) return `${label}  ${describeDuration(elapsedMs)}`;
  const filled = Math.floor(fraction * barWidth);
  const bar = '█'.repeat(filled) + '░'.repeat(barWidth - filled);
  const percent = `${Math.floor(fraction * 100)} %`.padStart(5);
  const remaining = fraction > 0 ? `  about ${describeDuration((elapsedMs * (1 - fraction)) / fraction)} left` : '';
  return `${label}  ${bar} ${percent}${remaining}`;
}

function describeDuration(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  return seconds < 100 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}
