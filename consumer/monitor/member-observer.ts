/** The members of KCL applications: workers, the leases that each holds, and who leads. */
import { Gauge, type Registry } from 'prom-client';
import { DepthGauges } from '../decision/depth-gauges.ts';
import { toLabel } from '../decision/label-budget.ts';
import { type LeaseTable, unreadLeases } from '../signals/lease-table.ts';
import { oncePerRegistry } from './once-per-registry.ts';
import { type PollOptions, pollEvery } from './poll.ts';

export interface MemberObserver {
  /** Shows a lease table as it is now. `undefined` (it could not be read) changes nothing. */
  readonly observe: (application: string, table: LeaseTable | undefined) => void;
  /** Observes the source at once and at an interval, until aborted. Without a source there is nothing to do. */
  readonly start: (application: string, source: MemberSource | undefined, options: PollOptions) => Promise<void>;
}

/** Reads the lease table of an application. A rejection leaves the gauges as they are. */
export type MemberSource = (abortSignal: AbortSignal) => Promise<LeaseTable>;

/**
 * Workers bear a new id after each start: the series of replaced workers are removed, and their slots are reused. A
 * second observer on a registry is the first one.
 */
export function createMemberObserver(registry: Registry | undefined): MemberObserver {
  const observe =
    registry === undefined ? () => {} : oncePerRegistry(registry, 'member observer', () => createObserve(registry));
  return {
    observe,
    start: async (application, source, options) => {
      if (source === undefined || registry === undefined) return;
      await pollEvery(async (abortSignal) => {
        observe(application, await source(abortSignal).catch(() => undefined));
      }, options);
    },
  };
}

function createObserve(registry: Registry): MemberObserver['observe'] {
  const gauges = createGauges(registry);
  const applications = new Map<string, ApplicationMembers>();
  return (application, table) => {
    if (table === undefined) return;
    const label = toLabel(application);
    const members = applications.get(label) ?? new ApplicationMembers(label, gauges);
    applications.set(label, members);
    members.show(table);
  };
}

type MemberGauges = Readonly<Record<'workers' | 'leases' | 'workerLeases' | 'leader', Gauge>>;

function createGauges(registry: Registry): MemberGauges {
  const gauge = (name: string, help: string, ...labelNames: string[]): Gauge =>
    new Gauge({
      name: `kinesis_autoscaler_kcl_${name}`,
      help,
      labelNames: ['application', ...labelNames],
      registers: [registry],
    });
  return {
    workers: gauge('workers', 'Workers that hold at least one lease and renew it.'),
    leases: gauge('leases', 'Leases by state: owned, unowned, finished.', 'state'),
    workerLeases: gauge('worker_leases', 'Leases that a worker holds.', 'worker'),
    leader: gauge('leader', '1 for the worker that assigns the leases.', 'worker'),
  };
}

class ApplicationMembers {
  readonly #application: string;
  readonly #gauges: MemberGauges;
  readonly #workers = new DepthGauges();
  readonly #leaders = new DepthGauges();

  constructor(application: string, gauges: MemberGauges) {
    this.#application = application;
    this.#gauges = gauges;
  }

  show(table: LeaseTable): void {
    const application = this.#application;
    const unowned = unreadLeases(table).length;
    this.#gauges.workers.set({ application }, table.leasesByWorker.size);
    this.#gauges.leases.set({ application, state: 'owned' }, table.active.length - unowned);
    this.#gauges.leases.set({ application, state: 'unowned' }, unowned);
    this.#gauges.leases.set({ application, state: 'finished' }, table.finished.length);
    this.#replace(this.#gauges.workerLeases, this.#workers, table.leasesByWorker);
    this.#replace(this.#gauges.leader, this.#leaders, new Map(table.leader === undefined ? [] : [[table.leader, 1]]));
  }

  #replace(gauge: Gauge, series: DepthGauges, values: ReadonlyMap<string, number>): void {
    const { set, removed } = series.observe({ kind: 'found', depths: values });
    for (const worker of removed) gauge.remove({ application: this.#application, worker });
    for (const [worker, value] of set) gauge.set({ application: this.#application, worker }, value);
  }
}
