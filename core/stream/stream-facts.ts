/** Every step of the flow gets these facts besides its own subject: one stream, its settings, and the time. */
import type { Fault } from '../result.ts';
import type { StreamSettings } from '../settings/stream-settings.ts';
import type { StreamState } from './stream-state.ts';

export interface StreamFacts {
  readonly state: StreamState;
  /** The deployment's settings of the stream, overridden by the stream's own tags. */
  readonly settings: StreamSettings;
  /** Tags of the stream that contradict each other. Absent means none. */
  readonly contradictions?: readonly Fault[];
  /** Epoch ms. */
  readonly nowMs: number;
}
