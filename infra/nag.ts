/**
 * `npm run nag`: synthesizes the deployments below with cdk-nag's AwsSolutions pack and CDK's own validation of
 * templates. Both print their findings; with a finding, the exit code is 1.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describeFaults } from '../core/settings/deployment.ts';
import { AutoscalerStack } from './autoscaler-stack.ts';
import { readDeploymentContext } from './deployment-context.ts';

const place = { account: '111122223333', region: 'us-east-1' };
const consumer = 'arn:aws:lambda:us-east-1:111122223333:function:orders-processor';

/** Together they contain every resource and every permission that the stack can have. */
const deployments: Readonly<Record<string, object>> = {
  Least: { streams: [{ name: 'orders' }], encryption: 'none', reservedConcurrency: 'none' },
  Most: {
    dryRun: false,
    alarmActions: ['arn:aws:sns:us-east-1:111122223333:pager'],
    notices: { email: 'team@example.com' },
    pager: true,
    discovery: true,
    dashboards: true,
    streams: [
      {
        name: 'orders',
        consumers: [{ functionArn: consumer }],
        concurrencyFallback: 'remove',
        schedules: [
          { name: 'morning', cron: '0 7 ? * MON-FRI *', timeZone: 'Europe/Berlin', shards: 16, minutes: 120 },
        ],
      },
      { name: 'clicks', create: true, shardCount: 2, policy: 'target' },
    ],
  },
};

const outdir = mkdtempSync(join(tmpdir(), 'kinesis-autoscaler-nag-'));
process.on('exit', () => rmSync(outdir, { recursive: true, force: true }));

const app = new App({ outdir, analyticsReporting: false });
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
for (const [name, context] of Object.entries(deployments)) {
  const read = readDeploymentContext(context);
  if (!read.ok) throw new Error(`${name} is not a deployment:\n${describeFaults(read.faults)}`);
  new AutoscalerStack(app, name, { deployment: read.value });
  // cdk-nag names a finding in another way where account and region are known.
  new AutoscalerStack(app, `${name}InItsPlace`, { deployment: read.value, env: place });
}
app.synth();
console.log(
  `AwsSolutions and CloudFormation: nothing found in ${app.node.children.filter(Stack.isStack).length} stacks`,
);
