/**
 * Answers an explain request and changes nothing: `{"ask": "explain", "streams": ["orders"]}`. The command line sends it to the
 * deployed function, so that the answer comes from the settings, the role and the code that are in force.
 */
import type { PolicyExplanation } from '../../core/load/load-policy.ts';
import { explainStream, type StreamExplanation } from '../../core/report/explanation.ts';
import { isLoadDriven } from '../../core/settings/stream-settings.ts';
import type { StreamFacts } from '../../core/stream/stream-facts.ts';
import type { ScalerContext } from '../context.ts';
import type { Explain } from '../events.ts';
import type { CallFailure } from '../ports.ts';
import { explainLoad, readLoad } from '../stream/load-decision.ts';
import { fullQuery, minimalQuery } from '../stream/state-query.ts';
import { readState } from '../stream/state-reader.ts';
import { findFleet } from './fleet.ts';

export type ExplainAnswer =
  | {
      readonly streamName: string;
      readonly ok: true;
      readonly explanation: StreamExplanation;
      readonly failures: readonly CallFailure[];
    }
  | { readonly streamName: string; readonly ok: false; readonly failures: readonly CallFailure[] };

export async function answerExplainRequest(
  { streams }: Explain,
  context: ScalerContext,
): Promise<readonly ExplainAnswer[]> {
  const streamNames = streams ?? (await findFleet(context.deployment, context.ports.fleet)).streamNames;
  const answers: ExplainAnswer[] = [];
  // Two weeks of minutes a stream: for those that are asked for by name.
  const withPolicies = streams !== undefined;
  for (const streamName of streamNames) answers.push(await explain(streamName, withPolicies, context));
  return answers;
}

async function explain(streamName: string, withPolicy: boolean, context: ScalerContext): Promise<ExplainAnswer> {
  const reading = await readState(context.ports, context.account, fullQuery(minimalQuery(streamName, context)));
  if (!reading.ok) return { streamName, ok: false, failures: reading.failures };
  const policy = withPolicy ? await explainPolicy(reading, context) : undefined;
  const explanation = explainStream({ ...reading, load: policy?.load, dryRun: context.deployment.dryRun });
  return { streamName, ok: true, explanation, failures: [...reading.failures, ...(policy?.failures ?? [])] };
}

interface PolicyAnswer {
  readonly load?: PolicyExplanation | undefined;
  readonly failures: readonly CallFailure[];
}

/** Undefined for a stream whose policy waits for alarms. */
async function explainPolicy(
  { state, settings, nowMs }: StreamFacts,
  context: ScalerContext,
): Promise<PolicyAnswer | undefined> {
  if (!isLoadDriven(settings)) return undefined;
  const facts = { state, settings, nowMs };
  const reading = await readLoad(facts, context);
  return reading.ok ? { load: explainLoad(facts, reading.value), failures: [] } : { failures: [reading.failure] };
}
