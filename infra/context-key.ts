/**
 * The key of cdk.json's context with the deployment. In a file of its own, which can be imported without aws-cdk-lib.
 */
export const contextKey = 'autoscaler';
export const defaultStackName = 'KinesisAutoscaler';
