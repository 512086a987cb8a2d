/**
 * The product's own metrics that one part writes and another part reads. They have a namespace of their own, because
 * CloudWatch never publishes a custom metric in `AWS/…`.
 */
export const ownNamespace = 'KinesisAutoscaler';
/** Value of the one dimension, `service`. Both functions use it, so that one alarm sees the failures of both. */
export const ownService = 'kinesis-autoscaler';
/** How many attempts failed and need another one, over all streams. */
export const failuresMetric = 'Failures';
/** The consumer side publishes 1 when a scale-down would hurt, else 0. */
export const scaleDownHurtsMetric = 'ScaleDownHurts';
