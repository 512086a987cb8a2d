/**
 * Answers questions about the fleet and changes nothing: `{"ask": "explain", "streams": ["orders"]}`. The command line asks
 * the deployed function, so that an answer comes from the settings, the role and the code that are in force.
 */
import type { PolicyExplanation } from '../../core/load/load-policy.ts';
import { explainStream, type StreamExplanation } from '../../core/report/explanation.ts';
import { isLoadDriven } from '../../core/settings/stream-settings.ts';
import type { StreamFacts } from '../../core/stream/stream-facts.ts';
import type { ScalerContext } from '../context.ts';
import type { Explain } from '../events.ts';
import type { CallFailure } from '../ports.ts';
import { explainLoad, readLoad } from '../stream/load-decision.ts';
import { settingsOf } from '../stream/ownership.ts';
import { alarmNamesOf, readState } from '../stream/state-reader.ts';
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
  // Two weeks of demand a stream: for those that are asked for by name.
  const withPolicies = streams !== undefined;
  for (const streamName of streamNames) answers.push(await explain(streamName, withPolicies, context));
  return answers;
}

async function explain(streamName: string, withPolicy: boolean, context: ScalerContext): Promise<ExplainAnswer> {
  const { deployment, ports, account, clock } = context;
  const nowMs = clock.nowMs();
  const reading = await readState(ports, account, {
    streamName,
    settings: settingsOf(deployment, streamName),
    alarmNames: alarmNamesOf(streamName),
    alarmTags: true,
    iteratorAge: true,
    consumersUnproven: deployment.streams === undefined,
    nowMs,
  });
  if (!reading.ok) return { streamName, ok: false, failures: reading.failures };
  const { demand, failures } = withPolicy ? await explainPolicy({ ...reading, nowMs }, context) : noPolicyExplained;
  const explanation = explainStream({ ...reading, load: demand, dryRun: deployment.dryRun, nowMs });
  return { streamName, ok: true, explanation, failures: [...reading.failures, ...failures] };
}

interface PolicyAnswer {
  readonly demand?: PolicyExplanation | undefined;
  readonly failures: readonly CallFailure[];
}

const noPolicyExplained: PolicyAnswer = { failures: [] };

async function explainPolicy({ state, settings, nowMs }: StreamFacts, context: ScalerContext): Promise<PolicyAnswer> {
  if (!isLoadDriven(settings)) return noPolicyExplained;
  const subject = { state, settings, nowMs };
  const reading = await readLoad(subject, context);
  if (!reading.ok) return { failures: [reading.failure] };
  return { demand: explainLoad(subject, reading.value), failures: [] };
}
