/** What every step of the flow is given besides its own subject: one stream, how it is to be scaled, and the time. */
import type { Fault } from '../result.ts';
import type { StreamSettings } from '../settings/stream-settings.ts';
import type { StreamState } from './stream-state.ts';

export interface StreamFacts {
  readonly state: StreamState;
  /** The deployment's settings of the stream, with what the stream's own tags say. */
  readonly settings: StreamSettings;
  /** Tags of the stream that cannot stand together; none where it is absent. */
  readonly contradictions?: readonly Fault[];
  /** Epoch ms. */
  readonly nowMs: number;
}
