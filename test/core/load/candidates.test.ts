import { describe, expect, it } from 'vitest';
import { candidates } from '../../../core/load/candidates.ts';

describe('the candidates of adaptive', () => {
  it('the candidates are every combination of temper, fill, patience and season, and two that hardly ever scale down', () => {
    const names = candidates.map(({ name }) => name);
    expect(names).toHaveLength(4 * 3 * 3 * 2 + 2);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toContain('bold/75%/45min/week');
    expect(names.slice(-2)).toEqual(['half-day', 'all-day']);
  });

  it('a candidate’s name says its settings', () => {
    const named = (name: string) => candidates.find((candidate) => candidate.name === name)?.settings;
    expect(named('bold/75%/45min/week')).toMatchObject({
      scaleUpAt: 1,
      fillTo: 0.75,
      quietMinutes: 45,
      season: 'week',
    });
    expect(named('all-day')).toMatchObject({ quietMinutes: 24 * 60, season: 'day' });
  });

  it('no candidate shrinks to where it would scale up again', () => {
    for (const { name, settings } of candidates) expect(settings.shrinkTo, name).toBeLessThan(settings.scaleUpAt);
  });
});
