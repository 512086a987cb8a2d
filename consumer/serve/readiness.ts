/**
 * Whether `serve` is ready: everything listens, and every signal and stream has been tried once. A source that is down
 * does not keep it from being ready, for the others can be answered.
 */
export class Readiness {
  readonly #pending: Set<string>;
  #listening = false;
  #stopping = false;

  /** `parts`: what must have been tried once. */
  constructor(parts: readonly string[]) {
    this.#pending = new Set(parts);
  }

  noteListening(): void {
    this.#listening = true;
  }

  noteTried(part: string): void {
    this.#pending.delete(part);
  }

  noteStopping(): void {
    this.#stopping = true;
  }

  get isReady(): boolean {
    return this.#listening && !this.#stopping && this.#pending.size === 0;
  }
}

/** A stream can be listed once for each of its applications. */
export function streamPart({
  streamName,
  applicationName = '',
}: {
  streamName: string;
  applicationName?: string | undefined;
}): string {
  return JSON.stringify(['stream', streamName, applicationName]);
}

export function signalPart({ name }: { name: string }): string {
  return JSON.stringify(['signal', name]);
}
