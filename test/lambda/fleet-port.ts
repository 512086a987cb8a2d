/** What the reconciler asks of the account as a whole: streams' tags, alarms by owner, the run that goes on. */
import type { Tags } from '../../core/stream/stream-tags.ts';
import { failureOf } from '../../lambda/aws/calls.ts';
import type { Answer, FleetPort } from '../../lambda/ports.ts';

export const refused = {
  ok: false,
  failure: { call: 'tag:GetResources', ...failureOf('AccessDenied', '') },
} as const;

export function fleetPortOf(
  tags: Readonly<Record<string, Tags>> = {},
  ownedAlarms: readonly string[] = [],
  answers: Partial<FleetPort> = {},
) {
  const deleted: string[] = [];
  const asked: string[] = [];
  const handedOn: unknown[] = [];
  const port: FleetPort = {
    streamTags: async () => ({ ok: true, value: new Map(Object.entries(tags)) }),
    alarmsTagged: async (key, value) => {
      asked.push(`${key}=${value}`);
      return { ok: true, value: ownedAlarms };
    },
    alarms: async () => ({ ok: true, value: [] }),
    deleteAlarms: async (names): Promise<Answer<void>> => {
      deleted.push(...names);
      return { ok: true, value: undefined };
    },
    invokeLater: async (functionName, event) => {
      handedOn.push([functionName, event]);
      return { ok: true, value: undefined };
    },
    ...answers,
  };
  return { port, deleted, asked, handedOn };
}
