/**
 * Answers questions about the fleet and changes nothing: `{"ask": "explain", "streams": ["orders"]}`. The command line asks
 * the deployed function, so that an answer comes from the settings, the role and the code that are in force.
 */
import type { PolicyExplanation } from '../../core/load/load-policy.ts';
import { explainStream, type StreamExplanation } from '../../core/report/explanation.ts';
import { looksAtDemand } from '../../core/settings/stream-settings.ts';
import type { ScalerContext } from '../context.ts';
import type { CallFailure, FleetPort } from '../ports.ts';
import type { Subject } from '../stream/apply-decision.ts';
import { explainDemand, readDemand } from '../stream/load-decision.ts';
import { settingsOf } from '../stream/ownership.ts';
import { alarmNamesOf, readState } from '../stream/state-reader.ts';
import { findFleet } from './fleet.ts';

export interface Inquiry {
  readonly ask: 'explain';
  /** Names; all streams of the fleet when absent. */
  readonly streams?: readonly string[];
}

export type InquiryAnswer =
  | {
      readonly streamName: string;
      readonly ok: true;
      readonly explanation: StreamExplanation;
      readonly failures: readonly CallFailure[];
    }
  | { readonly streamName: string; readonly ok: false; readonly failures: readonly CallFailure[] };

export function readInquiry(event: unknown): Inquiry | undefined {
  const { ask, streams } = (event ?? {}) as { readonly ask?: unknown; readonly streams?: unknown };
  if (ask !== 'explain') return undefined;
  return Array.isArray(streams) ? { ask, streams: streams.map(String) } : { ask };
}

export async function answerInquiry(
  { streams }: Inquiry,
  context: ScalerContext,
  port: FleetPort,
): Promise<readonly InquiryAnswer[]> {
  const streamNames = streams ?? (await findFleet(context.deployment, port)).streamNames;
  const answers: InquiryAnswer[] = [];
  // Two weeks of demand a stream: for those that are asked for by name.
  const asksPolicies = streams !== undefined;
  for (const streamName of streamNames) answers.push(await explain(streamName, asksPolicies, context));
  return answers;
}

async function explain(streamName: string, asksPolicy: boolean, context: ScalerContext): Promise<InquiryAnswer> {
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
  const { demand, failures } = asksPolicy ? await askPolicy({ ...reading, nowMs }, context) : nothingAsked;
  const explanation = explainStream({ ...reading, demand, dryRun: deployment.dryRun, nowMs });
  return { streamName, ok: true, explanation, failures: [...reading.failures, ...failures] };
}

interface PolicyAnswer {
  readonly demand?: PolicyExplanation | undefined;
  readonly failures: readonly CallFailure[];
}

const nothingAsked: PolicyAnswer = { failures: [] };

async function askPolicy({ state, settings, nowMs }: Subject, context: ScalerContext): Promise<PolicyAnswer> {
  if (!looksAtDemand(settings)) return nothingAsked;
  const subject = { state, settings, nowMs };
  const reading = await readDemand(subject, context);
  if (!reading.ok) return { failures: [reading.failure] };
  return { demand: explainDemand(subject, reading.value), failures: [] };
}
