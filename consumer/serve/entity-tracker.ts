/** The tracker behind the external scaler, with what it sees in the log, the metrics and the report. */
import { isKnown, type Sample } from '../decision/sample.ts';
import { type EntityBackends, entitySignal } from '../external-scaler/entity-signals.ts';
import type { Entity } from '../external-scaler/metadata.ts';
import { startTracker, type Tracker } from '../external-scaler/tracker.ts';
import { messageOf } from '../timeout.ts';
import type { Parts } from './parts.ts';

export function startEntityTracker(parts: Parts): Tracker | undefined {
  const { options, report, clock, abortSignal } = parts;
  const { externalScaler } = options.config;
  if (externalScaler === undefined) return undefined;
  const backends = toEntityBackends(parts);
  const noteLog = createNoteLog(parts);
  return startTracker({
    signalOf: (entity) => entitySignal(entity, backends),
    pollEveryMs: externalScaler.pollSeconds * 1000,
    abortSignal,
    clock,
    onSample: (entity, sample) => {
      report.noteEntity(entity, { sample });
      noteLog(entity, sample);
    },
    onError: (entity, error) => {
      report.noteEntity(entity, { failure: messageOf(error) });
      options.log('warn', 'an entity could not be sampled', { entity, error: messageOf(error) });
    },
    onForgotten: (entity) => report.forgetEntity(entity),
  });
}

function toEntityBackends({ options, backends, metrics, clock }: Parts): EntityBackends {
  const groupPrefix = options.config.backends.burrow?.groupPrefix;
  return {
    ...backends,
    nowMs: clock.nowMs,
    plugins: {
      ...(groupPrefix === undefined ? {} : { groupPrefix }),
      ...(backends.pluginPrefixes === undefined ? {} : { prefixes: backends.pluginPrefixes }),
      onGroups: metrics.pluginGroups.note,
    },
  };
}

/** A note (and a reason for an unknown) is one line when it comes up, not one line each poll. */
function createNoteLog({ options }: Parts): (entity: Entity, sample: Sample) => void {
  const logged = new Map<string, string | undefined>();
  return (entity, sample) => {
    const key = JSON.stringify(entity);
    const note = isKnown(sample) ? sample.note : sample.because;
    if (note !== undefined && note !== logged.get(key)) options.log('warn', 'an entity has a note', { entity, note });
    logged.set(key, note);
  };
}
