import { expect, test } from 'vitest';
import { UsageError } from '../../../cli/exit-codes.ts';
import { deploymentOf } from '../../../cli/local/deployment-of.ts';

test('reads the deployment under the context key', () => {
  expect(deploymentOf('{"context": {"autoscaler": {"dryRun": true}}}')).toEqual({ dryRun: true });
});

test.each([
  ['a missing comma', '{"context": {"a": 1 "b": 2}}', /^cdk\.json is not JSON: .*line 1/],
  ['no context', '{}', /^cdk\.json has no context "autoscaler" to deploy$/],
  ['a context that is not an object', '{"context": {"autoscaler": "orders"}}', /has no context "autoscaler"/],
])('refuses a cdk.json with %s in one line, as a UsageError', (_what, text, message) => {
  expect(() => deploymentOf(text)).toThrow(UsageError);
  expect(() => deploymentOf(text)).toThrow(message);
});
