/**
 * The product's own metrics, as far as one part writes them and another reads them. In a namespace of its own: `AWS/…` is
 * reserved, a custom metric put there is never published.
 */
export const ownNamespace = 'KinesisAutoscaler';
/** Value of the one dimension, `service`: the same for both functions, so that one alarm sees the failures of both. */
export const ownService = 'kinesis-autoscaler';
/** Attempts that need another, of any stream. */
export const failuresMetric = 'Failures';
/** What the consumer side publishes: 1 when a scale-down would hurt, else 0. */
export const scaleDownHurtsMetric = 'ScaleDownHurts';
