/** `status`, `explain`, `plan`, `history`: what the deployed autoscaler sees, would do, and has done. */
import { type Command, Option } from 'commander';
import type { DeploymentChoice } from '../fleet/reconciler.ts';
import { UsageError } from '../usage-error.ts';

interface FleetOptions extends DeploymentChoice {
  readonly format: 'table' | 'json';
}

export function registerFleet(program: Command): void {
  fleetCommand(program, 'status', 'the fleet: shards, utilization, alarms, last scaling, calls left, drift')
    .argument('[streams...]', 'names of streams (default: all that are managed)')
    .action(async (streams: string[], options: FleetOptions) => {
      const { showStatus } = await import('../fleet/show.ts');
      await showStatus(streams, options);
    });
  fleetCommand(program, 'explain', 'what would be done with a stream now and why, rule by rule')
    .argument('<stream>')
    .action(async (stream: string, options: FleetOptions) => {
      const { showExplanation } = await import('../fleet/show.ts');
      await showExplanation(stream, options);
    });
  fleetCommand(program, 'plan', 'the effects of the next scaling of a stream, in order, with dollars a month')
    .argument('<stream>')
    .action(async (stream: string, options: FleetOptions) => {
      const { showPlan } = await import('../fleet/show.ts');
      await showPlan(stream, options);
    });
  fleetCommand(program, 'history', 'what happened to a stream: alarm transitions, calls, decisions')
    .argument('<stream>')
    .option('--hours <number>', 'how far to look back', readHours, 24)
    .action(async (stream: string, options: FleetOptions & { hours: number }) => {
      const { showHistory } = await import('../fleet/history.ts');
      await showHistory(stream, options);
    });
}

function readHours(text: string): number {
  const hours = Number(text);
  if (Number.isFinite(hours) && hours > 0) return hours;
  throw new UsageError(`--hours: "${text}" is not a number above 0`);
}

function fleetCommand(program: Command, name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .option('--stack <name>', 'name of the deployed stack', 'KinesisAutoscaler')
    .addOption(new Option('--format <format>', 'how to print').choices(['table', 'json']).default('table'));
}
