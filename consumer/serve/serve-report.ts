/** What `/report` shows: the newest samples of signals and of the scaler's entities, and the newest joint decisions. */
import type { JointAdvice } from '../decision/joint-decision.ts';
import type { Sample } from '../decision/sample.ts';
import type { Entity } from '../external-scaler/metadata.ts';
import type { Mode } from '../monitor/mode-gauge.ts';

interface SignalState {
  readonly sample?: Sample;
  readonly failure?: string;
}

export class ServeReport {
  readonly #mode: Mode;
  readonly #signals = new Map<string, SignalState>();
  readonly #entities = new Map<string, { readonly entity: Entity } & SignalState>();
  readonly #advice = new Map<string, { readonly stream: string; readonly application: string } & JointAdvice>();

  constructor(mode: Mode) {
    this.#mode = mode;
  }

  noteSample(name: string, sample: Sample): void {
    this.#signals.set(name, { sample });
  }

  /** Keeps the last sample beside the failure; its own time says how old it is. */
  noteFailure(name: string, failure: string): void {
    this.#signals.set(name, { ...this.#signals.get(name), failure });
  }

  noteEntity(entity: Entity, state: SignalState): void {
    const key = JSON.stringify(entity);
    this.#entities.set(key, { ...this.#entities.get(key), entity, ...state });
  }

  forgetEntity(entity: Entity): void {
    this.#entities.delete(JSON.stringify(entity));
  }

  noteAdvice(stream: string, application: string, advice: JointAdvice): void {
    this.#advice.set(JSON.stringify([stream, application]), { stream, application, ...advice });
  }

  toJSON(): unknown {
    const signals = [...this.#signals].map(([name, state]) => [name, toPublicState(state)]);
    return {
      mode: this.#mode,
      signals: Object.fromEntries(signals),
      entities: [...this.#entities.values()].map(({ entity, ...state }) => ({ entity, ...toPublicState(state) })),
      joint: [...this.#advice.values()],
    };
  }
}

/** The report's field names are a contract: there `observedAt` bears no unit. */
function toPublicState({ sample, ...state }: SignalState): object {
  if (sample === undefined) return state;
  const { observedAtMs: observedAt, ...rest } = sample;
  return { sample: { ...rest, observedAt }, ...state };
}
