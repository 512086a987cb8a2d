/** The functions of the account and the rules about their concurrency. */
import { awsFacts } from '../../core/aws-facts.ts';
import { AwsServiceError } from '../../simulator/models/aws-service-error.ts';
import { type FunctionDefinition, functionNameOf } from './function-definition.ts';

/** The default quota of a new account in most regions. */
export const DEFAULT_ACCOUNT_CONCURRENCY = 1_000;

export class FunctionStore {
  readonly accountConcurrency: number;
  readonly #functions = new Map<string, FunctionDefinition>();

  constructor(accountConcurrency: number = DEFAULT_ACCOUNT_CONCURRENCY) {
    this.accountConcurrency = accountConcurrency;
  }

  get unreservedConcurrency(): number {
    return this.accountConcurrency - this.#reservedByOthers();
  }

  list(): readonly FunctionDefinition[] {
    return [...this.#functions.values()];
  }

  find(nameOrArn: string): FunctionDefinition | undefined {
    return this.#functions.get(functionNameOf(nameOrArn));
  }

  /** @throws AwsServiceError ResourceNotFoundException. */
  get(nameOrArn: string): FunctionDefinition {
    const found = this.find(nameOrArn);
    if (found === undefined) throw new AwsServiceError('ResourceNotFoundException', `Function not found: ${nameOrArn}`);
    return found;
  }

  set(definition: FunctionDefinition): FunctionDefinition {
    this.#functions.set(definition.name, definition);
    return definition;
  }

  delete(nameOrArn: string): void {
    this.#functions.delete(this.get(nameOrArn).name);
  }

  /**
   * @param reserved 0 stops the function; undefined takes the reservation away.
   * @throws AwsServiceError InvalidParameterValueException if too little would be left unreserved.
   */
  reserveConcurrency(nameOrArn: string, reserved: number | undefined): FunctionDefinition {
    const { reservedConcurrency: _, ...definition } = this.get(nameOrArn);
    if (reserved === undefined) return this.set(definition);
    if (!Number.isInteger(reserved) || reserved < 0) {
      throw new AwsServiceError(
        'ValidationException',
        `ReservedConcurrentExecutions must be 0 or more, not ${reserved}`,
      );
    }
    const floor = Math.min(awsFacts.leastUnreservedConcurrency.value, this.accountConcurrency);
    if (this.accountConcurrency - this.#reservedByOthers(definition.name) - reserved < floor) {
      throw new AwsServiceError(
        'InvalidParameterValueException',
        `Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [${floor}].`,
        { Type: 'User' },
      );
    }
    return this.set({ ...definition, reservedConcurrency: reserved });
  }

  #reservedByOthers(name?: string): number {
    return this.list()
      .filter((definition) => definition.name !== name)
      .reduce((sum, definition) => sum + (definition.reservedConcurrency ?? 0), 0);
  }
}
