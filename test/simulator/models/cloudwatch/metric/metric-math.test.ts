import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MetricMathError, parseMetricMath } from '../../../../../simulator/models/cloudwatch/metric/metric-math.ts';
import { compileMath } from '../../../../../simulator/models/cloudwatch/metric/metric-math-program.ts';
import type { MathFrame } from '../../../../../simulator/models/cloudwatch/metric/metric-math-values.ts';

const METRICS = ['m1', 'm2', 'm3'];

function compile(expression: string) {
  return compileMath(parseMetricMath(expression), (id) => {
    const metric = METRICS.indexOf(id);
    if (metric === -1) throw new MetricMathError(`Unknown id '${id}'`);
    return { metric };
  });
}

function frameOf(columns: readonly (readonly number[])[], empty: readonly boolean[] = []): MathFrame {
  return { length: columns[0]?.length ?? 0, values: columns.map((column) => Float64Array.from(column)), empty };
}

function evaluate(
  expression: string,
  columns: readonly (readonly number[])[],
  empty: readonly boolean[] = [],
): number[] {
  const program = compile(expression);
  const frame = frameOf(columns, empty);
  return Array.from({ length: frame.length }, (_, period) => program.at(frame, period));
}

const GAP = Number.NaN;

describe('metric math', () => {
  it.each([
    ['1+2*3', 7],
    ['(1+2)*3', 9],
    ['2-3-4', -5],
    ['8/4/2', 1],
    ['-2*3', -6],
    ['2^3^2', 512],
    ['1024*1024*60*5*4', 1_258_291_200],
    ['(4000/1000/60)*(0.25000/30)', (4000 / 1000 / 60) * (0.25 / 30)],
    ['1e3 + .5', 1000.5],
    ['3>2', 1],
    ['3<=2', 0],
  ])('%s = %d', (expression, expected) => {
    expect(evaluate(expression, [[0]])).toEqual([expected]);
    expect(compile(expression)).toMatchObject({ scalar: true, pointwise: true });
  });

  it('has no datapoint where one operand has none', () => {
    expect(
      evaluate('m1+m2', [
        [1, GAP, 3],
        [10, 20, GAP],
      ]),
    ).toEqual([11, GAP, GAP]);
  });

  it('takes what is there in a list of series', () => {
    expect(
      evaluate('MAX([m1,m2])', [
        [1, GAP, GAP],
        [10, 20, GAP],
      ]),
    ).toEqual([10, 20, GAP]);
    expect(
      evaluate('SUM([m1,m2])', [
        [1, GAP],
        [10, 20],
      ]),
    ).toEqual([11, 20]);
    expect(
      evaluate('AVG([m1,m2])', [
        [1, GAP],
        [3, 20],
      ]),
    ).toEqual([2, 20]);
    expect(
      evaluate('MIN([m1,m2,7])', [
        [1, GAP],
        [10, 20],
      ]),
    ).toEqual([1, 7]);
  });

  it('reduces a single series to one number over the range', () => {
    const program = compile('MAX(m1)');
    expect(program).toMatchObject({ scalar: true, pointwise: false });
    expect(evaluate('m1-MIN(m1)', [[5, GAP, 8]])).toEqual([0, GAP, 3]);
  });

  it('divides by zero into nothing', () => {
    expect(
      evaluate('m1/m2', [
        [1, 1],
        [0, 2],
      ]),
    ).toEqual([GAP, 0.5]);
    expect(evaluate('m1/0', [[1]])).toEqual([GAP]);
  });

  it('fills gaps with a number, the last value, or a line between', () => {
    expect(evaluate('FILL(m1,0)', [[GAP, 4, GAP, 8, GAP]])).toEqual([0, 4, 0, 8, 0]);
    expect(evaluate('FILL(m1,REPEAT)', [[GAP, 4, GAP, 8, GAP]])).toEqual([GAP, 4, 4, 8, 8]);
    expect(evaluate('FILL(m1,LINEAR)', [[GAP, 4, GAP, 8, GAP]])).toEqual([GAP, 4, 6, 8, GAP]);
  });

  it('leaves a wholly empty series alone where that is asked for', () => {
    expect(evaluate('FILL(m1,0)', [[GAP, GAP]], [true])).toEqual([GAP, GAP]);
    expect(
      evaluate(
        'MAX([FILL(m1,0),m2])',
        [
          [GAP, GAP],
          [1, GAP],
        ],
        [true, false],
      ),
    ).toEqual([1, GAP]);
    expect(
      evaluate(
        'FILL(MAX([m1,m2]),0)',
        [
          [GAP, GAP],
          [1, GAP],
        ],
        [true, false],
      ),
    ).toEqual([1, 0]);
  });

  it('chooses by a condition', () => {
    expect(
      evaluate('IF(m1>5,m2,0)', [
        [6, 1, GAP],
        [10, 20, 30],
      ]),
    ).toEqual([10, 0, GAP]);
    expect(
      evaluate('IF(m1>5,m2)', [
        [6, 1],
        [10, 20],
      ]),
    ).toEqual([10, GAP]);
  });

  it.each([
    ['RATES(m1)', "Function 'RATES' not found"],
    ['m9+1', "Unknown id 'm9'"],
    ['m1+', 'Unexpected end of expression'],
    ['(m1', "Expected ')', found 'end of expression'"],
    ['m1 m2', "Unexpected 'm2'"],
    ['m1 $ 2', "Unexpected character '$'"],
    ['FILL(m1)', "Function 'FILL' takes 2 argument(s), found 1"],
    ['FILL(m1,m2)', "Function 'FILL' takes a number, REPEAT or LINEAR to fill with"],
    ['[m1,m2]', 'An array of time series cannot be used here'],
    ['MAX([])', "Function 'MAX' needs at least one time series"],
    ['', 'Unexpected end of expression'],
  ])('refuses %s', (expression, message) => {
    expect(() => compile(expression)).toThrow(new MetricMathError(message));
  });

  it('evaluates + - * / as JavaScript does, precedence included', () => {
    const { expression } = fc.letrec<{ expression: string }>((tie) => ({
      expression: fc.oneof(
        { depthSize: 'small' },
        fc.integer({ min: 1, max: 9 }).map(String),
        fc
          .tuple(tie('expression'), fc.constantFrom('+', '-', '*', '/'), tie('expression'))
          .map((parts) => parts.join('')),
        tie('expression').map((inner) => `(${inner})`),
      ),
    }));
    fc.assert(
      fc.property(expression, (text) => {
        const expected: number = new Function(`return ${text}`)();
        const [value] = evaluate(text, [[0]]);
        // Division by zero is nothing here and infinity there; what follows from it differs as well.
        fc.pre(Number.isFinite(expected) && Number.isFinite(value));
        expect(value).toBeCloseTo(expected, 6);
      }),
    );
  });

  it('never throws anything but MetricMathError, whatever the text', () => {
    const text = fc.array(fc.constantFrom('m1', '(', ')', '[', ']', ',', '+', '-', '1', 'FILL', 'MAX', 'IF', ' ', '@'));
    fc.assert(
      fc.property(text, (parts) => {
        try {
          compile(parts.join(''));
        } catch (error) {
          expect(error).toBeInstanceOf(MetricMathError);
        }
      }),
    );
  });
});
