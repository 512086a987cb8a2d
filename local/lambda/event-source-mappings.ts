/** Which functions read which streams. They are kept, not polled: nothing here reads a stream for a function. */
import { randomUUID } from 'node:crypto';
import { AwsServiceError } from '../../simulator/models/aws-service-error.ts';
import type { JsonObject } from '../wire/api-call.ts';

export interface EventSourceMapping {
  readonly id: string;
  readonly functionArn: string;
  readonly eventSourceArn: string;
  /** 1 to 10 invocations at a time per shard. */
  readonly parallelizationFactor: number;
  readonly enabled: boolean;
  readonly lastModifiedMs: number;
  /** How Lambda would poll: stored and returned, as nothing polls here. */
  readonly polling: JsonObject;
}

export class EventSourceMappings {
  readonly #mappings = new Map<string, EventSourceMapping>();

  /** @throws AwsServiceError ResourceConflictException if the function reads the stream already. */
  add(mapping: Omit<EventSourceMapping, 'id'>): EventSourceMapping {
    if (this.list(mapping.functionArn, mapping.eventSourceArn).length > 0) {
      const message = `An event source mapping with ${mapping.eventSourceArn} and ${mapping.functionArn} already exists.`;
      throw new AwsServiceError('ResourceConflictException', message);
    }
    return this.set({ ...mapping, id: randomUUID() });
  }

  set(mapping: EventSourceMapping): EventSourceMapping {
    this.#mappings.set(mapping.id, mapping);
    return mapping;
  }

  /** @throws AwsServiceError ResourceNotFoundException. */
  get(id: string): EventSourceMapping {
    const mapping = this.#mappings.get(id);
    if (mapping === undefined) {
      throw new AwsServiceError('ResourceNotFoundException', 'The resource you requested does not exist.');
    }
    return mapping;
  }

  delete(id: string): EventSourceMapping {
    const mapping = this.get(id);
    this.#mappings.delete(id);
    return mapping;
  }

  /** Those of the function and of the stream, where given. */
  list(functionArn?: string, eventSourceArn?: string): readonly EventSourceMapping[] {
    return [...this.#mappings.values()].filter(
      (mapping) =>
        (functionArn === undefined || mapping.functionArn === functionArn) &&
        (eventSourceArn === undefined || mapping.eventSourceArn === eventSourceArn),
    );
  }
}
