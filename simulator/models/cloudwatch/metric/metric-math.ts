import { notModelled } from '../../not-modelled.ts';

/**
 * The syntax of CloudWatch metric math, as far as alarms on streams use it: ids, numbers, + - * / ^, comparisons,
 * parentheses, [lists], FILL, IF, and MAX, MIN, SUM, AVG. Anything else is refused, as AWS refuses what it does not
 * know; what only AWS knows is refused as not modelled. Meaning is given to the tree by `metric-math-program.ts`.
 * Source: CloudWatch user guide, "Using math expressions with CloudWatch metrics".
 */
export type MathNode =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'id'; readonly id: string }
  | { readonly kind: 'list'; readonly items: readonly MathNode[] }
  | { readonly kind: 'negate'; readonly operand: MathNode }
  | { readonly kind: 'binary'; readonly operator: BinaryOperator; readonly left: MathNode; readonly right: MathNode }
  | { readonly kind: 'aggregate'; readonly fold: Fold; readonly operand: MathNode }
  | { readonly kind: 'fill'; readonly operand: MathNode; readonly filler: Filler }
  | {
      readonly kind: 'if';
      readonly condition: MathNode;
      readonly whenTrue: MathNode;
      readonly whenFalse: MathNode | undefined;
    };

export type BinaryOperator = '+' | '-' | '*' | '/' | '^' | '<' | '>' | '<=' | '>=' | '==' | '!=';
export type Fold = 'MAX' | 'MIN' | 'SUM' | 'AVG';
export type Filler = { readonly with: 'value'; readonly value: MathNode } | { readonly with: 'REPEAT' | 'LINEAR' };

/** An expression that cannot be read. The message is what stands after AWS's `Error in expression 'e1': `. */
export class MetricMathError extends Error {
  override readonly name = 'MetricMathError';
}

/** @throws MetricMathError; AwsServiceError NotModelled for what AWS knows and nobody here computes */
export function parseMetricMath(expression: string): MathNode {
  assertModelledMath(expression);
  const parser = new Parser(tokenize(expression));
  const node = parser.comparison();
  parser.end();
  return node;
}

const UNMODELLED_FUNCTIONS =
  /\b(ABS|ANOMALY_DETECTION_BAND|CEIL|DATAPOINT_COUNT|DATE|DAY|DB_PERF_INSIGHTS|DIFF|DIFF_TIME|EPOCH|FIRST|FLOOR|HOUR|INSIGHT_RULE_METRIC|LAMBDA|LAST|LOG|LOG10|METRIC_COUNT|METRICS|MINUTE|MONTH|PERIOD|RATE|REMOVE_EMPTY|RUNNING_SUM|SEARCH|SERVICE_QUOTA|SLICE|SORT|STDDEV|TIME_SERIES|YEAR)\s*\(/;
const UNMODELLED_SYNTAX = /&&|\|\||\b(AND|OR)\b/;

function assertModelledMath(expression: string): void {
  const call = UNMODELLED_FUNCTIONS.exec(expression)?.[1];
  const way = 'use + - * / ^, comparisons, FILL, IF, MAX, MIN, SUM, AVG';
  if (call !== undefined) throw notModelled(`the metric math function ${call}`, way);
  if (/^\s*SELECT\b/i.test(expression))
    throw notModelled('Metrics Insights (SELECT)', 'name the metrics in MetricStat');
  const operator = UNMODELLED_SYNTAX.exec(expression)?.[0];
  if (operator !== undefined) throw notModelled(`the metric math operator ${operator}`, way);
}

type Token = { readonly kind: 'number' | 'name' | 'symbol' | 'end'; readonly text: string };

const TOKEN =
  /\s*(?:(\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|([A-Za-z_]\w*)|(<=|>=|==|!=|[-+*/^()[\],<>]))/y;
const COMPARISONS = ['<', '>', '<=', '>=', '==', '!='] as const;

function tokenize(expression: string): Token[] {
  const tokens: Token[] = [];
  const text = expression.trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (match === null) throw new MetricMathError(`Unexpected character '${text.slice(at).trimStart().charAt(0)}'`);
    const [, number, name, symbol] = match;
    if (number !== undefined) tokens.push({ kind: 'number', text: number });
    else if (name !== undefined) tokens.push({ kind: 'name', text: name });
    else tokens.push({ kind: 'symbol', text: symbol ?? '' });
  }
  tokens.push({ kind: 'end', text: '' });
  return tokens;
}

class Parser {
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  comparison(): MathNode {
    const left = this.#chain(['+', '-'], () => this.#chain(['*', '/'], () => this.#power()));
    const operator = this.#accept(COMPARISONS);
    if (operator === undefined) return left;
    return { kind: 'binary', operator, left, right: this.comparison() };
  }

  end(): void {
    const token = this.#peek();
    if (token.kind !== 'end') throw new MetricMathError(`Unexpected '${token.text}'`);
  }

  #chain<O extends BinaryOperator>(operators: readonly O[], operand: () => MathNode): MathNode {
    let left = operand();
    for (;;) {
      const operator = this.#accept(operators);
      if (operator === undefined) return left;
      left = { kind: 'binary', operator, left, right: operand() };
    }
  }

  #power(): MathNode {
    if (this.#accept(['-']) !== undefined) return { kind: 'negate', operand: this.#power() };
    const base = this.#operand();
    if (this.#accept(['^']) === undefined) return base;
    return { kind: 'binary', operator: '^', left: base, right: this.#power() };
  }

  #operand(): MathNode {
    const token = this.#take();
    if (token.kind === 'number') return { kind: 'number', value: Number(token.text) };
    if (token.text === '(') {
      const inner = this.comparison();
      this.#expect(')');
      return inner;
    }
    if (token.text === '[') return { kind: 'list', items: this.#items(']') };
    if (token.kind !== 'name')
      throw new MetricMathError(token.kind === 'end' ? 'Unexpected end of expression' : `Unexpected '${token.text}'`);
    return this.#accept(['(']) === undefined ? { kind: 'id', id: token.text } : this.#call(token.text);
  }

  #call(name: string): MathNode {
    const args = this.#items(')');
    const [first, second, third] = args;
    switch (name) {
      case 'MAX':
      case 'MIN':
      case 'SUM':
      case 'AVG':
        if (first === undefined || args.length !== 1) throw wrongArguments(name, '1', args.length);
        return { kind: 'aggregate', fold: name, operand: first };
      case 'FILL':
        if (first === undefined || second === undefined || args.length !== 2)
          throw wrongArguments(name, '2', args.length);
        return { kind: 'fill', operand: first, filler: fillerOf(second) };
      case 'IF':
        if (first === undefined || second === undefined || args.length > 3)
          throw wrongArguments(name, '2 or 3', args.length);
        return { kind: 'if', condition: first, whenTrue: second, whenFalse: third };
      default:
        throw new MetricMathError(`Function '${name}' not found`);
    }
  }

  #items(close: ')' | ']'): MathNode[] {
    const items: MathNode[] = [];
    if (this.#accept([close]) !== undefined) return items;
    do items.push(this.comparison());
    while (this.#accept([',']) !== undefined);
    this.#expect(close);
    return items;
  }

  #expect(symbol: string): void {
    const token = this.#take();
    if (token.text !== symbol || token.kind !== 'symbol')
      throw new MetricMathError(`Expected '${symbol}', found '${token.text || 'end of expression'}'`);
  }

  #accept<S extends string>(symbols: readonly S[]): S | undefined {
    const token = this.#peek();
    const found = token.kind === 'symbol' ? symbols.find((symbol) => symbol === token.text) : undefined;
    if (found !== undefined) this.#next += 1;
    return found;
  }

  #take(): Token {
    const token = this.#peek();
    this.#next += 1;
    return token;
  }

  #peek(): Token {
    return this.#tokens[this.#next] ?? { kind: 'end', text: '' };
  }
}

function fillerOf(node: MathNode): Filler {
  if (node.kind === 'id' && (node.id === 'REPEAT' || node.id === 'LINEAR')) return { with: node.id };
  return { with: 'value', value: node };
}

function wrongArguments(name: string, expected: string, found: number): MetricMathError {
  return new MetricMathError(`Function '${name}' takes ${expected} argument(s), found ${found}`);
}
