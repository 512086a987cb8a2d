import type {
  DeleteDashboardsInput,
  GetDashboardInput,
  GetDashboardOutput,
  ListDashboardsInput,
  ListDashboardsOutput,
  PutDashboardInput,
  PutDashboardOutput,
} from '@aws-sdk/client-cloudwatch';
import { AwsServiceError } from '../aws-service-error.ts';
import type { Clock } from '../clock.ts';
import { takePage } from './paging.ts';

/** Dashboards: kept and given back; of their bodies only the JSON syntax is checked. */
export class DashboardService {
  readonly #clock: Clock;
  readonly #accountId: string;
  readonly #dashboards = new Map<string, { readonly body: string; readonly modifiedAtMs: number }>();

  constructor(clock: Clock, accountId: string) {
    this.#clock = clock;
    this.#accountId = accountId;
  }

  put(input: PutDashboardInput): PutDashboardOutput {
    const { DashboardName: name = '', DashboardBody: body = '' } = input;
    if (!/^[A-Za-z0-9_-]{1,255}$/.test(name))
      throw refused(`The value ${name} for field DashboardName contains invalid characters.`, '/');
    if (!isObject(body)) throw refused('The field DashboardBody must be a valid JSON object', '/');
    this.#dashboards.set(name, { body, modifiedAtMs: this.#clock.nowMs() });
    return { DashboardValidationMessages: [] };
  }

  get(input: GetDashboardInput): GetDashboardOutput {
    const name = input.DashboardName ?? '';
    const dashboard = this.#dashboards.get(name);
    if (dashboard === undefined) throw unknownDashboard(name);
    return { DashboardArn: this.#arnOf(name), DashboardBody: dashboard.body, DashboardName: name };
  }

  list(input: ListDashboardsInput): ListDashboardsOutput {
    const entries = [...this.#dashboards]
      .filter(([name]) => name.startsWith(input.DashboardNamePrefix ?? ''))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, { body, modifiedAtMs }]) => ({
        DashboardName: name,
        DashboardArn: this.#arnOf(name),
        LastModified: new Date(modifiedAtMs),
        Size: Buffer.byteLength(body),
      }));
    const page = takePage(entries, 1000, input.NextToken);
    return {
      DashboardEntries: [...page.items],
      ...(page.nextToken === undefined ? {} : { NextToken: page.nextToken }),
    };
  }

  /** Deletes all or none. */
  delete(input: DeleteDashboardsInput): void {
    const names = input.DashboardNames ?? [];
    for (const name of names) if (!this.#dashboards.has(name)) throw unknownDashboard(name);
    for (const name of names) this.#dashboards.delete(name);
  }

  #arnOf(name: string): string {
    return `arn:aws:cloudwatch::${this.#accountId}:dashboard/${name}`;
  }
}

function isObject(body: string): boolean {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

function refused(message: string, path: string): AwsServiceError {
  return new AwsServiceError('DashboardInvalidInputError', 'The dashboard is invalid', {
    dashboardValidationMessages: [{ DataPath: path, Message: message }],
  });
}

function unknownDashboard(name: string): AwsServiceError {
  return new AwsServiceError('DashboardNotFoundError', `Dashboard ${name} does not exist`);
}
