/** Our demand-driven policies, as the simulator runs them: the deployed functions' own decisions, fed with the run's metrics. */
import { adaptiveDefaults, type Choice, choiceMinute, Replay, replayStart } from '../core/policies/adaptive.ts';
import { chooseTarget, type TargetInput, type TargetSettings, targetDefaults } from '../core/policies/target.ts';
import type { Scaler, StreamView } from './stream-run.ts';

export function targetScaler(settings: TargetSettings = targetDefaults): Scaler {
  return { name: 'target', step: (view) => chooseTarget(settings, inputOf(view)) };
}

/** @param onChoice told of every choice, for reports */
export function adaptiveScaler(
  settings = adaptiveDefaults,
  onChoice: (minute: number, choice: Choice) => void = () => {},
): Scaler {
  const replay = new Replay(settings);
  let chosenAt: number | undefined;
  let followed = targetDefaults;
  return {
    name: 'adaptive',
    step: (view) => {
      const at = choiceMinute(view.minute);
      if (at !== undefined && at !== chosenAt) {
        const choice = replay.choose(view.demand, at, throttledFraction(view, at));
        chosenAt = at;
        followed = choice.candidate.settings;
        onChoice(at, choice);
      }
      return chooseTarget(followed, inputOf(view));
    },
  };
}

function inputOf({ minute, stream, demand }: StreamView): TargetInput {
  return {
    minute,
    demand,
    openShardCount: stream.openShardCount,
    callsLeft: stream.callsLeft(minute),
    minutesSinceScaleUp: stream.minutesSinceScaleUp(minute),
  };
}

/** Of all that was offered in the days that a choice at this minute replays. */
function throttledFraction({ demand, throttledBefore }: StreamView, minute: number): number {
  const from = replayStart(minute);
  const load = demand.mean(from, minute) * (minute - from + 1);
  const throttled = (throttledBefore[minute + 1] as number) - (throttledBefore[from] as number);
  return load > 0 ? throttled / load : 0;
}
