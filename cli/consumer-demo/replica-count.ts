/** The arithmetic of Kubernetes' HorizontalPodAutoscaler for a metric of type Value, in small. */

export interface ReplicaBounds {
  readonly min: number;
  readonly max: number;
}

/** Within this share of the target nothing is done. Source: Kubernetes, HPA, default tolerance. */
const tolerance = 0.1;

/**
 * `ceil(replicas x value / target)`, at most twice as many a round. A scale-down waits until every recommendation of the
 * rounds remembered asks for one, as the HPA's stabilization window does.
 */
export class ReplicaCount {
  readonly #bounds: ReplicaBounds;
  readonly #rememberedRounds: number;
  #recommendations: readonly number[] = [];

  constructor(bounds: ReplicaBounds, rememberedRounds: number) {
    this.#bounds = bounds;
    this.#rememberedRounds = rememberedRounds;
  }

  next(replicas: number, value: number, target: number): number {
    const ratio = value / target;
    const wanted = Math.abs(ratio - 1) <= tolerance ? replicas : Math.ceil(replicas * ratio);
    const recommended = Math.min(Math.max(wanted, this.#bounds.min), this.#bounds.max, 2 * replicas);
    this.#recommendations = [...this.#recommendations, recommended].slice(-this.#rememberedRounds);
    return recommended >= replicas ? recommended : Math.min(replicas, Math.max(...this.#recommendations));
  }
}
