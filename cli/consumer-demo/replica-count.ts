/** The arithmetic of Kubernetes' HorizontalPodAutoscaler for a metric of type Value. */
export interface ReplicaBounds {
  readonly min: number;
  readonly max: number;
}

/** The count stays while the value is within this share of the target. Source: Kubernetes, HPA, default tolerance. */
const tolerance = 0.1;

/**
 * `ceil(replicas x value / target)`, at most twice the count in one round. A scale-down waits until every remembered
 * recommendation is lower, as with the HPA's stabilization window.
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
    const proposed = Math.abs(ratio - 1) <= tolerance ? replicas : Math.ceil(replicas * ratio);
    const recommended = Math.min(Math.max(proposed, this.#bounds.min), this.#bounds.max, 2 * replicas);
    this.#recommendations = [...this.#recommendations, recommended].slice(-this.#rememberedRounds);
    return recommended >= replicas ? recommended : Math.min(replicas, Math.max(...this.#recommendations));
  }
}
