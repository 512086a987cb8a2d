import { AwsServiceError } from '../aws-service-error.ts';

/** Collects the faults of a request's single members, to refuse it in the one sentence in which AWS lists them all. */
export class Constraints {
  readonly #faults: string[] = [];

  length(member: string, value: string | undefined, atLeast: number, atMost: number): void {
    if (value === undefined) this.#fault('null', member, 'Member must not be null');
    else if (value.length < atLeast)
      this.#fault(`'${value}'`, member, `Member must have length greater than or equal to ${atLeast}`);
    else if (value.length > atMost)
      this.#fault(`'${value}'`, member, `Member must have length less than or equal to ${atMost}`);
  }

  atLeast(member: string, value: number | undefined, least: number): void {
    if (value === undefined) this.#fault('null', member, 'Member must not be null');
    else if (!(value >= least))
      this.#fault(`'${value}'`, member, `Member must have value greater than or equal to ${least}`);
  }

  between(member: string, value: number, least: number, most: number): void {
    this.atLeast(member, value, least);
    if (value > most) this.#fault(`'${value}'`, member, `Member must have value less than or equal to ${most}`);
  }

  oneOf(member: string, value: string | undefined, permitted: readonly string[]): void {
    if (value === undefined) this.#fault('null', member, 'Member must not be null');
    else if (!permitted.includes(value))
      this.#fault(`'${value}'`, member, `Member must satisfy enum value set: [${permitted.join(', ')}]`);
  }

  atMost(member: string, values: readonly unknown[] | undefined, most: number): void {
    if ((values?.length ?? 0) > most)
      this.#fault(`'[${values?.join(', ')}]'`, member, `Member must have length less than or equal to ${most}`);
  }

  /** @throws AwsServiceError ValidationException if there was any fault */
  check(): void {
    const count = this.#faults.length;
    if (count === 0) return;
    const head = `${count} validation error${count === 1 ? '' : 's'} detected: `;
    throw new AwsServiceError('ValidationException', head + this.#faults.join('; '));
  }

  #fault(value: string, member: string, rule: string): void {
    this.#faults.push(`Value ${value} at '${member}' failed to satisfy constraint: ${rule}`);
  }
}

/** The value, if it is one of those permitted. */
export function permitted<T extends string>(values: readonly T[], value: string | undefined): T | undefined {
  return values.find((known) => known === value);
}
