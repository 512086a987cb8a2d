/** The CloudWatch dashboards of a deployment. Streams that are added to a full dashboard begin the next one. */
import { Fn, Lazy, Names } from 'aws-cdk-lib';
import { CfnDashboard } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import {
  allShardCounts,
  type DashboardStream,
  fleetWidgets,
  streamHeight,
  streamWidgets,
} from './dashboard-widgets.ts';

/** With `openShardCounts`, the reconciler writes a metric for each stream, which costs 0.30 dollars a month each. */
export type DashboardChoice = boolean | { readonly openShardCounts: boolean };

/** A dashboard could hold 500 widgets, but nobody would scroll down to the last. */
export const streamsPerDashboard = 40;

export interface DashboardsProps {
  readonly openShardCounts: boolean;
  /** Whether there may be streams that the stack does not know. */
  readonly discovery: boolean;
  /** Names of the log groups with the decisions. */
  readonly logGroups: readonly string[];
}

export class Dashboards extends Construct {
  readonly #props: DashboardsProps;
  readonly #pages: DashboardStream[][] = [];
  readonly #dashboards: CfnDashboard[] = [];

  constructor(scope: Construct, id: string, props: DashboardsProps) {
    super(scope, id);
    this.#props = props;
    this.#addPage();
  }

  get names(): readonly string[] {
    return this.#dashboards.map(({ dashboardName = '' }) => dashboardName);
  }

  addStream(stream: DashboardStream): void {
    if (this.#lastPage.length === streamsPerDashboard) this.#addPage();
    this.#lastPage.push(stream);
  }

  get #lastPage(): DashboardStream[] {
    return this.#pages.at(-1) ?? [];
  }

  #addPage(): void {
    const streams: DashboardStream[] = [];
    this.#pages.push(streams);
    const number = this.#pages.length;
    this.#dashboards.push(
      new CfnDashboard(this, `Dashboard${number}`, {
        dashboardName: `${Names.uniqueResourceName(this, { maxLength: 200, separator: '-' })}-${number}`,
        dashboardBody: Lazy.string({ produce: () => this.#bodyOf(streams, number === 1) }),
      }),
    );
  }

  /** CloudFormation alone knows some names. The body is one long text, so it replaces variables in it. */
  #bodyOf(streams: readonly DashboardStream[], isFirst: boolean): string {
    const { openShardCounts, discovery, logGroups } = this.#props;
    const variables = logGroups.map((name, index) => [`Logs${index}`, name] as const);
    const placeholders = variables.map(([variable]) => `\${${variable}}`);
    const head = fleetWidgets(
      streams.map(({ streamName }) => streamName),
      placeholders,
    );
    const overview = isFirst && discovery && openShardCounts ? [allShardCounts(bottomOf(head))] : [];
    const start = bottomOf([...head, ...overview]);
    const rows = streams.flatMap((stream, index) =>
      streamWidgets(stream, start + index * streamHeight, openShardCounts),
    );
    const body = { start: '-PT24H', periodOverride: 'inherit', widgets: [...head, ...overview, ...rows] };
    return Fn.sub(JSON.stringify(body), Object.fromEntries(variables));
  }
}

function bottomOf(widgets: readonly { readonly y: number; readonly height: number }[]): number {
  return Math.max(0, ...widgets.map(({ y, height }) => y + height));
}
