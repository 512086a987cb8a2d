/** Where cdk.json holds the deployment; apart, so that who only starts a synthesis does not load aws-cdk-lib. */
export const contextKey = 'autoscaler';
export const defaultStackName = 'KinesisAutoscaler';
