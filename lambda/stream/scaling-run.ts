/**
 * Carries a scaling out: the intent, the call, what follows from it. The answer to an alarm, the load check and the reconciler
 * run the same code, so that all leave the same traces.
 */
import { hold, type ScaleDecision } from '../../core/decision/decision.ts';
import { planScaling, type ScalingPlan } from '../../core/plan/scaling-plan.ts';
import type { EffectOutcome } from '../../core/report/scaling-report.ts';
import type { StreamFacts } from '../../core/stream/stream-facts.ts';
import { encodeRefusal, type Tags } from '../../core/stream/stream-tags.ts';
import type { Clock, Ports } from '../ports.ts';
import { aborts, runEffects } from './effect-runner.ts';
import type { StreamOutcome } from './stream-report.ts';
import { judgeRefusal, type Refusal } from './update-refusal.ts';

/** `scaled`; `held` where AWS refused for a reason that ends; or `failed`. With every effect, in order. */
export type ScalingOutcome = StreamOutcome & Required<Pick<StreamOutcome, 'decision' | 'effects'>>;

interface Means {
  readonly ports: Ports;
  readonly clock: Clock;
}

export async function runScaling(decision: ScaleDecision, facts: StreamFacts, means: Means): Promise<ScalingOutcome> {
  const { streamName } = facts.state;
  const plan = planScaling(decision, facts);
  const [intentStep = [], callStep = [], followStep = []] = plan.steps;
  const intent = await runEffects(intentStep, streamName, means.ports);
  if (aborts(intent)) return judgeUntagged(intent, decision);
  const { refusal, effects: called } = await callUntilJudged(decision, facts, plan, callStep, means);
  switch (refusal.kind) {
    case 'accepted': {
      const followed = await runEffects(followStep, streamName, means.ports);
      return { outcome: 'scaled', decision, effects: [...intent, ...withoutRefusal(called), ...followed] };
    }
    case 'held': {
      const takenBack = refusal.takeBack
        ? await takeBack(plan, streamName, means.ports, pauseTags(refusal, facts))
        : [];
      const effects = [...intent, ...called.filter((outcome) => !isRefused(outcome)), ...takenBack];
      return { outcome: 'held', decision: refusal.decision, effects };
    }
    case 'failed': {
      // A shard that cannot be split (no permission, a range too narrow) must not keep a full stream from scaling.
      const uniform = withoutShards(decision);
      if (uniform && isFinal(called)) return await runScaling(uniform, facts, means);
      const takenBack = refusal.takeBack ? await takeBack(plan, streamName, means.ports) : [];
      return { outcome: 'failed', decision, effects: [...intent, ...called, ...takenBack] };
    }
  }
}

type Judged = Exclude<Refusal, { kind: 'resend' }>;

/** Consumers are raised with the first attempt only. */
async function callUntilJudged(
  decision: ScaleDecision,
  { state, settings }: StreamFacts,
  plan: ScalingPlan,
  callStep: ScalingPlan['steps'][number],
  { ports, clock }: Means,
): Promise<{ readonly refusal: Judged; readonly effects: readonly EffectOutcome[] }> {
  let earlier: readonly EffectOutcome[] = [];
  for (let attempt = 1; ; attempt += 1) {
    const lanes = attempt === 1 ? callStep : callStep.slice(0, 1);
    const effects = [...earlier, ...(await runEffects(lanes, state.streamName, ports))];
    const failure = effects.find(isRefused)?.failure;
    if (!failure) return { refusal: { kind: 'accepted' }, effects };
    const dailyQuota = decision.split || decision.step ? Number.POSITIVE_INFINITY : settings.dailyQuota;
    const refusal = await judgeRefusal(failure, { attempt, intent: plan.intent, state, dailyQuota }, ports, clock);
    if (refusal.kind !== 'resend') return { refusal, effects };
    earlier = effects.filter((outcome) => !isRefused(outcome));
  }
}

/** The scaling by UpdateShardCount instead. A scale-down is not worth a call that its policy wanted to keep. */
function withoutShards({ split, step, way, ...decision }: ScaleDecision): ScaleDecision | undefined {
  if (split) return { ...decision, targetShardCount: split.otherwiseTarget };
  return step && way && decision.direction === 'up' ? decision : undefined;
}

/** The next delivery would be refused as well. That is not so for the rate of calls. */
function isFinal(called: readonly EffectOutcome[]): boolean {
  const failure = called.find(isRefused)?.failure;
  return failure !== undefined && !failure.retryable && failure.kind !== 'limit';
}

const reshardingKinds: ReadonlySet<string> = new Set(['update-shard-count', 'split-shard', 'merge-shards']);

function isRefused({ effect, failure }: EffectOutcome): boolean {
  return failure !== undefined && reshardingKinds.has(effect.kind);
}

/** A call that had no answer, and turned out to have worked, is no failure. */
function withoutRefusal(outcomes: readonly EffectOutcome[]): readonly EffectOutcome[] {
  return outcomes.map((outcome) => (isRefused(outcome) ? { effect: outcome.effect } : outcome));
}

/** Tagging is refused while a stream is UPDATING: another invocation or a person was faster. */
function judgeUntagged(intent: readonly EffectOutcome[], decision: ScaleDecision): ScalingOutcome {
  const failure = intent.find((outcome) => outcome.failure)?.failure;
  if (failure?.kind !== 'busy') return { outcome: 'failed', decision, effects: intent };
  const held = hold('stream-updating', { refusedWith: failure.code });
  return { outcome: 'held', decision: held, effects: [] };
}

/** Remembers what the ledger cannot show: a quota that others have spent, an account that has all its shards. */
function pauseTags({ decision }: Refusal & { kind: 'held' }, { state, settings, nowMs }: StreamFacts): Tags {
  const { reason } = decision;
  const isShownByLedger = reason === 'daily-quota' && state.ledger.length >= settings.dailyQuota;
  if (isShownByLedger || (reason !== 'daily-quota' && reason !== 'account-shard-limit')) return {};
  return encodeRefusal(reason, state.tags, nowMs);
}

/** The tags as they were before the call that was not carried out, with others that are new. */
function takeBack(
  plan: ScalingPlan,
  streamName: string,
  ports: Ports,
  others: Tags = {},
): Promise<readonly EffectOutcome[]> {
  const tags = { ...plan.takeBack, ...others };
  return runEffects([[{ kind: 'tag-stream', tags, onFailure: 'abort' }]], streamName, ports);
}
