import type { MetricAlarm, PutMetricAlarmInput } from '@aws-sdk/client-cloudwatch';
import { minuteMs } from '../../../../core/time.ts';
import type { CloudWatchFacts } from '../cloudwatch-facts.ts';
import type { MetricSeries } from '../metric/metric-series.ts';
import type { AlarmHistory } from './alarm-history.ts';
import type { AlarmPlan } from './alarm-plan.ts';
import { INITIAL_REASON, reasonOf, type StateChange, type StateReason, type StateValue } from './alarm-reason.ts';
import { AlarmWindows } from './alarm-windows.ts';

/** A definition that has been checked, bound to the series that it reads. */
export interface BoundDefinition {
  readonly input: PutMetricAlarmInput;
  readonly plan: AlarmPlan;
  readonly series: readonly MetricSeries[];
}

/**
 * One metric alarm: its definition, its state, and when either changed. A new definition replaces the old one whole
 * and leaves the state as it is; a state that somebody set lasts until the next evaluation says otherwise.
 */
export class AlarmModel {
  readonly name: string;
  readonly arn: string;
  readonly history: AlarmHistory;
  readonly #facts: CloudWatchFacts;
  #definition: BoundDefinition;
  #windows: AlarmWindows;
  #actionsEnabled: boolean;
  #state: StateValue = 'INSUFFICIENT_DATA';
  #reason: StateReason = INITIAL_REASON;
  #configuredAtMs: number;
  #stateUpdatedAtMs: number;
  #transitionedAtMs: number;

  constructor(arn: string, definition: BoundDefinition, facts: CloudWatchFacts, history: AlarmHistory, nowMs: number) {
    this.name = definition.input.AlarmName ?? '';
    this.arn = arn;
    this.history = history;
    this.#facts = facts;
    this.#definition = definition;
    this.#windows = new AlarmWindows(definition.plan, definition.series, facts);
    this.#actionsEnabled = definition.input.ActionsEnabled ?? true;
    this.#configuredAtMs = nowMs;
    this.#stateUpdatedAtMs = nowMs;
    this.#transitionedAtMs = nowMs;
  }

  get state(): StateValue {
    return this.#state;
  }

  get definition(): PutMetricAlarmInput {
    return this.#definition.input;
  }

  get actionsEnabled(): boolean {
    return this.#actionsEnabled;
  }

  /** When the definition last changed. */
  get configuredAtMs(): number {
    return this.#configuredAtMs;
  }

  /** When the state last changed. */
  get transitionedAtMs(): number {
    return this.#transitionedAtMs;
  }

  configure(definition: BoundDefinition, nowMs: number): void {
    this.#windows.close();
    this.#definition = definition;
    this.#windows = new AlarmWindows(definition.plan, definition.series, this.#facts);
    this.#actionsEnabled = definition.input.ActionsEnabled ?? true;
    this.#configuredAtMs = nowMs;
  }

  enableActions(enabled: boolean, nowMs: number): void {
    if (this.#actionsEnabled === enabled) return;
    this.#actionsEnabled = enabled;
    this.#configuredAtMs = nowMs;
  }

  /** Judges the windows that end at the last full minute. */
  evaluate(nowMs: number): StateChange | undefined {
    const minute = Math.floor(nowMs / minuteMs);
    const verdict = this.#windows.evaluate(minute);
    if (verdict === 'RETAIN' || verdict === this.#state) return undefined;
    const reason = reasonOf({
      plan: this.#definition.plan,
      from: this.#state,
      to: verdict,
      windows: this.#windows.evaluated(minute),
      atMs: nowMs,
    });
    return this.#moveTo(verdict, reason, nowMs);
  }

  /** SetAlarmState. @returns the change, or undefined if it was in that state already */
  setState(state: StateValue, reason: StateReason, nowMs: number): StateChange | undefined {
    if (state !== this.#state) return this.#moveTo(state, reason, nowMs);
    this.#reason = reason;
    this.#stateUpdatedAtMs = nowMs;
    return undefined;
  }

  /** The actions of the state that it is in now; none while actions are disabled. */
  actions(): readonly string[] {
    if (!this.#actionsEnabled) return [];
    const { OKActions, AlarmActions, InsufficientDataActions } = this.definition;
    switch (this.#state) {
      case 'OK':
        return OKActions ?? [];
      case 'ALARM':
        return AlarmActions ?? [];
      case 'INSUFFICIENT_DATA':
        return InsufficientDataActions ?? [];
    }
  }

  describe(): MetricAlarm {
    const { Tags: _tags, ...definition } = this.definition;
    return {
      ...definition,
      AlarmArn: this.arn,
      ActionsEnabled: this.#actionsEnabled,
      OKActions: definition.OKActions ?? [],
      AlarmActions: definition.AlarmActions ?? [],
      InsufficientDataActions: definition.InsufficientDataActions ?? [],
      Dimensions: definition.Dimensions ?? [],
      AlarmConfigurationUpdatedTimestamp: new Date(this.#configuredAtMs),
      StateValue: this.#state,
      StateReason: this.#reason.text,
      ...(this.#reason.data === undefined ? {} : { StateReasonData: this.#reason.data }),
      StateUpdatedTimestamp: new Date(this.#stateUpdatedAtMs),
      StateTransitionedTimestamp: new Date(this.#transitionedAtMs),
    };
  }

  /** Ends the listening to its metrics. */
  close(): void {
    this.#windows.close();
  }

  #moveTo(to: StateValue, reason: StateReason, nowMs: number): StateChange {
    const change: StateChange = { from: this.#state, to, reason, atMs: nowMs };
    this.history.recordStateUpdate(change, this.#reason);
    this.#state = to;
    this.#reason = reason;
    this.#stateUpdatedAtMs = nowMs;
    this.#transitionedAtMs = nowMs;
    return change;
  }
}
