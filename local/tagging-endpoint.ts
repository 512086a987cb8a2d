/** Resource Groups Tagging API, JSON 1.1: resources by tag. */
import type { JsonObject, ServiceEndpoint } from './wire/api-call.ts';
import { objectList, optionalNumber, optionalText, requireText, textList } from './wire/input.ts';
import { jsonEndpoint } from './wire/json-endpoint.ts';

export interface TaggedResource {
  readonly arn: string;
  /** Such as `kinesis:stream`. */
  readonly type: string;
  readonly tags: Readonly<Record<string, string>>;
}

const DEFAULT_PAGE = 50;

/** @param resources those that have, or had, a tag; read anew for each call. */
export function taggingEndpoint(resources: () => readonly TaggedResource[]): ServiceEndpoint {
  return jsonEndpoint('1.1', {
    GetResources: (input) => {
      const arns = textList(input, 'ResourceARNList');
      const found = resources().filter(
        (resource) =>
          hasType(resource, input) && hasTags(resource, input) && (arns.length === 0 || arns.includes(resource.arn)),
      );
      const start = Number(optionalText(input, 'PaginationToken') || 0);
      const end = start + (optionalNumber(input, 'ResourcesPerPage') ?? DEFAULT_PAGE);
      return {
        ResourceTagMappingList: found.slice(start, end).map(({ arn, tags }) => ({
          ResourceARN: arn,
          Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
        })),
        PaginationToken: end < found.length ? String(end) : '',
      };
    },
  });
}

function hasType(resource: TaggedResource, input: JsonObject): boolean {
  const types = textList(input, 'ResourceTypeFilters');
  return types.length === 0 || types.some((type) => type === resource.type || type === resource.type.split(':')[0]);
}

/** All filters must hold; within one, any of its values; no values: the key alone. */
function hasTags(resource: TaggedResource, input: JsonObject): boolean {
  return objectList(input, 'TagFilters').every((filter) => {
    const value = resource.tags[requireText(filter, 'Key')];
    const values = textList(filter, 'Values');
    return value !== undefined && (values.length === 0 || values.includes(value));
  });
}
