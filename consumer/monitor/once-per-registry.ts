/**
 * What a registry has once. prom-client refuses a second metric of the same name; here a second observer of the same
 * kind on one registry is the first one, so that two parts of a program can each ask for theirs.
 */
import type { Registry } from 'prom-client';

const known = new WeakMap<Registry, Map<string, unknown>>();

/** The thing of this name on the registry; made when there is none. A name stands for one type of thing. */
export function oncePerRegistry<Thing>(registry: Registry, name: string, create: () => Thing): Thing {
  let things = known.get(registry);
  if (things === undefined) {
    things = new Map();
    known.set(registry, things);
  }
  if (!things.has(name)) things.set(name, create());
  return things.get(name) as Thing;
}

/** Removes a metric and what was made for it. */
export function removeFromRegistry(registry: Registry, name: string): void {
  registry.removeSingleMetric(name);
  known.get(registry)?.delete(name);
}
