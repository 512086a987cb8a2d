/**
 * Whether EventBridge Scheduler would take a cron expression, so that a typing error shows at synth and not in the middle of
 * a deployment: https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */

interface CronField {
  readonly name: string;
  readonly low: number;
  readonly high: number;
  readonly words?: readonly string[];
  /** What else may stand there alone, as `L` or `15W`. */
  readonly special?: RegExp;
}

const cronFields: readonly CronField[] = [
  { name: 'minutes', low: 0, high: 59 },
  { name: 'hours', low: 0, high: 23 },
  { name: 'day of month', low: 1, high: 31, special: /^(\?|L|([1-9]|[12]\d|3[01])W)$/ },
  {
    name: 'month',
    low: 1,
    high: 12,
    words: ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'],
  },
  {
    name: 'day of week',
    low: 1,
    high: 7,
    words: ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'],
    special: /^(\?|L|([1-7]|SUN|MON|TUE|WED|THU|FRI|SAT)(L|#[1-5]))$/,
  },
  { name: 'year', low: 1970, high: 2199 },
];

/** @param expression what stands between the parentheses of `cron(…)`. @returns what is wrong, to follow the quoted value. */
export function findCronFault(expression: string): string | undefined {
  const texts = expression.trim().toUpperCase().split(/\s+/);
  if (texts.length !== cronFields.length) return `has ${texts.length} fields, not six`;
  if ((texts[2] === '?') === (texts[4] === '?')) return 'needs a ? as day of month or day of week, and not as both';
  const wrong = cronFields.filter((field, index) => !isField(texts[index] ?? '', field));
  if (wrong.length === 0) return undefined;
  return `has no such ${wrong.map(({ name }) => name).join(', ')}`;
}

function isField(text: string, field: CronField): boolean {
  return field.special?.test(text) === true || text.split(',').every((part) => isPart(part, field));
}

/** `*`, a value or a range, each with or without a step. */
function isPart(part: string, field: CronField): boolean {
  const match = /^(?:\*|(\w+)(?:-(\w+))?)(?:\/([1-9]\d*))?$/.exec(part);
  if (!match) return false;
  const [low, high] = [match[1], match[2]].map((text) => (text === undefined ? undefined : toValue(text, field)));
  if (low === undefined) return match[1] === undefined;
  return inRange(low, field) && (match[2] === undefined || (high !== undefined && inRange(high, field) && low <= high));
}

function inRange(value: number, { low, high }: CronField): boolean {
  return value >= low && value <= high;
}

function toValue(text: string, { low, words = [] }: CronField): number | undefined {
  const word = words.indexOf(text);
  if (word >= 0) return word + low;
  return /^\d{1,4}$/.test(text) ? Number(text) : undefined;
}
