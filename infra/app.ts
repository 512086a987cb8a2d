/**
 * The CDK app: `npx cdk deploy` runs it with the context of cdk.json. It lists all faults in the context on stderr, and
 * then its exit code is 1.
 *
 * Without the CDK command line it synthesizes by itself, from two variables that aws-cdk-lib reads:
 *
 *     CDK_OUTDIR=out/cloud-assembly CDK_CONTEXT_JSON='{"autoscaler": {"streams": [{"name": "orders"}]}}' tsx infra/app.ts
 *
 * infra/synthesis.ts does that in a child process and returns the path of the template.
 */
import { statSync } from 'node:fs';
import { App } from 'aws-cdk-lib';
import type { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { describeFault } from '../core/result.ts';
import packageJson from '../package.json' with { type: 'json' };
import { AutoscalerStack } from './autoscaler-stack.ts';
import { contextKey } from './context-key.ts';
import { readDeploymentContext } from './deployment-context.ts';

/** Of a template in S3. Source: CloudFormation user guide, quotas. */
const largestTemplateBytes = 1_048_576;

const app = new App({ analyticsReporting: false });
const read = readDeploymentContext(app.node.tryGetContext(contextKey));
if (read.ok) {
  const deployment = { ...read.value, version: read.value.version ?? packageJson.version };
  new AutoscalerStack(app, deployment.stackName, { deployment });
  refuseLargeTemplates(app.synth());
} else {
  const { faults } = read;
  console.error(
    `The context key "${contextKey}" in cdk.json has ${faults.length} fault${faults.length === 1 ? '' : 's'}:`,
  );
  for (const fault of faults) console.error(`  ${describeFault(fault)}`);
  process.exitCode = 1;
}

/**
 * CloudFormation refuses a larger template only after its upload. The alarms and dashboards of many streams reach the
 * limit.
 */
function refuseLargeTemplates({ stacks }: CloudAssembly): void {
  for (const { stackName, templateFullPath } of stacks) {
    const { size } = statSync(templateFullPath);
    if (size <= largestTemplateBytes) continue;
    console.error(
      `The template of ${stackName} has ${size} bytes, and CloudFormation takes ${largestTemplateBytes}: find streams by their tag ("discovery": true), leave the dashboards out, or split the streams over deployments`,
    );
    process.exitCode = 1;
  }
}
