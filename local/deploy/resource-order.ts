import { referencesIn } from './intrinsics.ts';
import type { TemplateResource } from './template.ts';

/** Logical ids so that each comes after what it depends on. @throws Error that names a circle of dependencies. */
export function orderResources(resources: Readonly<Record<string, TemplateResource>>): readonly string[] {
  const ordered = new Set<string>();
  const path: string[] = [];
  const visit = (logicalId: string): void => {
    if (ordered.has(logicalId)) return;
    const resource = resources[logicalId];
    if (resource === undefined) return;
    if (path.includes(logicalId)) throw new Error(`circular dependency: ${[...path, logicalId].join(' -> ')}`);
    path.push(logicalId);
    for (const dependency of dependenciesOf(resource)) visit(dependency);
    path.pop();
    ordered.add(logicalId);
  };
  for (const logicalId of Object.keys(resources)) visit(logicalId);
  return [...ordered];
}

function dependenciesOf(resource: TemplateResource): readonly string[] {
  const named = resource.DependsOn === undefined ? [] : [resource.DependsOn].flat();
  return [...named, ...referencesIn(resource.Properties)];
}
