import { describe, expect, it } from 'vitest';
import { compare } from '../../simulator/comparison.ts';
import { conclude } from '../../simulator/conclusion.ts';
import { readPrices } from '../../simulator/prices.ts';

const prices = readPrices();
if (!prices.ok) throw new Error('no prices');
const options = {
  unit: 'records',
  model: 'loss',
  recordBytes: 1000,
  consumers: 1,
  sharedCommitment: false,
  prices: prices.value,
} as const;
const minutes = 4 * 1440;
const wave = Float64Array.from({ length: minutes }, (_, minute) => 5 - 4.5 * Math.cos((2 * Math.PI * minute) / 1440));
const flat = new Float64Array(minutes).fill(5.5);

const concludeOn = (
  load: Float64Array,
  policies: Parameters<typeof compare>[2],
  today: Parameters<typeof conclude>[1],
) => {
  const comparison = compare('load', load, policies, options);
  const month = (policy: string) => {
    const dollars = comparison.results.find((result) => result.policy === policy)?.dollars ?? Number.NaN;
    return (dollars / (minutes / 60)) * 730;
  };
  return { text: conclude(comparison, today, load, options), month };
};

describe('the conclusion of a comparison', () => {
  it('names the policy, its monthly dollars and throttling, and what it saves against both baselines', () => {
    const { text, month } = concludeOn(wave, ['target', 'doubling', 'static-peak'], { policy: 'doubling' });
    expect(text).toMatch(/^`target` is the cheapest that throttles at most 0\.1 %: /);
    expect(text).toContain(`${month('target').toFixed(2)} dollars a month`);
    const saved = (month('static-peak') - month('target')).toFixed(2);
    expect(text).toContain(`${saved} dollars less than a stream fixed at the 10 shards of the peak`);
    expect(text).toContain(`${(month('doubling') - month('target')).toFixed(2)} dollars less than \`doubling\``);
    expect(text).toMatch(
      /0\.\d{3} % of the records throttled; .*\(0\.000 % throttled\); .*\(0\.\d{3} % throttled\)\.$/,
    );
  });

  it('says so when a fixed stream would have been cheaper', () => {
    const { text, month } = concludeOn(flat, ['doubling', 'static-peak'], { policy: 'doubling' });
    const more = (month('doubling') - month('static-peak')).toFixed(2);
    expect(Number(more)).toBeGreaterThan(0);
    expect(text).toContain(`${more} dollars more than a stream fixed at the 6 shards of the peak`);
    expect(text, 'it is not compared with itself').not.toContain("today's policy");
  });

  it("compares with today's count of shards, and what that throttles", () => {
    const { text, month } = concludeOn(wave, ['target', 'static-peak'], { shards: 5 });
    const rejected = wave.reduce((sum, offered) => sum + Math.max(0, offered - 5), 0);
    const share = ((100 * rejected) / wave.reduce((sum, offered) => sum + offered, 0)).toFixed(3);
    const fixed = month('static-peak') - 5 * 730 * options.prices.provisioned.shardHour;
    const difference = fixed - month('target');
    const words = `${Math.abs(difference).toFixed(2)} dollars ${difference > 0 ? 'less' : 'more'}`;
    expect(text).toContain(`${words} than today's 5 shards (${share} % throttled)`);
  });

  it('says that none is safe when none is, and what the least throttles', () => {
    const jump = Float64Array.from({ length: 300 }, (_, minute) => (minute < 100 ? 1 : 60));
    const { text } = concludeOn(jump, ['target', 'doubling'], { policy: 'doubling' });
    expect(text).toMatch(/^None throttles at most 0\.1 %; `\w+` throttles the least: /);
  });
});
