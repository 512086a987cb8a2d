import { expect, test } from 'vitest';
import { deploymentOf } from '../../../cli/local/deployment-of.ts';
import { UsageError } from '../../../cli/usage-error.ts';

test('the deployment under the context key', () => {
  expect(deploymentOf('{"context": {"autoscaler": {"dryRun": true}}}')).toEqual({ dryRun: true });
});

test.each([
  ['a comma that is missing', '{"context": {"a": 1 "b": 2}}', /^cdk\.json is not JSON: .*line 1/],
  ['no context', '{}', /^cdk\.json has no context "autoscaler" to deploy$/],
  ['a context that is no object', '{"context": {"autoscaler": "orders"}}', /has no context "autoscaler"/],
])('%s is told in a line, without a stack', (_what, text, message) => {
  expect(() => deploymentOf(text)).toThrow(UsageError);
  expect(() => deploymentOf(text)).toThrow(message);
});
