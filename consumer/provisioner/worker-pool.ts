/** The running workers, oldest first: how they are started, stopped, and counted when either fails. */
import type { Clock, Provisioner } from '../ports.ts';
import { callWithTimeout } from '../timeout.ts';

export interface WorkerPoolOptions<Worker> {
  readonly provisioner: Provisioner<Worker>;
  readonly abortSignal: AbortSignal;
  /** The most that one start may take. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly onError?: ((action: 'start' | 'stop', error: unknown) => void) | undefined;
  readonly onStarted?: ((worker: Worker) => void) | undefined;
  readonly onStopped?: ((worker: Worker) => void) | undefined;
}

export class WorkerPool<Worker> {
  readonly #options: WorkerPoolOptions<Worker>;
  #workers: readonly Worker[] = [];

  constructor(options: WorkerPoolOptions<Worker>) {
    this.#options = options;
  }

  get running(): number {
    return this.#workers.length;
  }

  /** A failed start or stop ends the round: the next one decides anew, by what then is. */
  async moveTo(desired: number): Promise<void> {
    while (this.running < desired) if (!(await this.#startOne())) return;
    while (this.running > desired) if (!(await this.#stopOldest())) return;
  }

  async stopAll(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => this.#stop(worker)));
  }

  async #startOne(): Promise<boolean> {
    const { provisioner } = this.#options;
    const arrived: Worker[] = [];
    let givenUp = false;
    const start = async (signal: AbortSignal): Promise<void> => {
      const worker = await provisioner.start(signal);
      // One that comes too late to be counted must be stopped here: nobody else would ever do it.
      if (givenUp) await this.#stop(worker);
      else arrived.push(worker);
    };
    const started = await callWithTimeout('start of a worker', start, this.#options);
    givenUp = true;
    this.#workers = [...this.#workers, ...arrived];
    for (const worker of arrived) this.#options.onStarted?.(worker);
    if (!started.ok && arrived.length === 0) this.#options.onError?.('start', started.error);
    return arrived.length > 0;
  }

  async #stopOldest(): Promise<boolean> {
    const [oldest] = this.#workers;
    return oldest !== undefined && (await this.#stop(oldest));
  }

  /** No time-out: a worker that finishes what it holds may take as long as its message does. */
  async #stop(worker: Worker): Promise<boolean> {
    try {
      await this.#options.provisioner.stop(worker);
    } catch (error) {
      this.#options.onError?.('stop', error);
      return false;
    }
    this.#workers = this.#workers.filter((each) => each !== worker);
    this.#options.onStopped?.(worker);
    return true;
  }
}
