/**
 * The streams that were added to a construct, with their faults. A fault is kept and not thrown, so that a user who
 * adds a dozen streams gets all faults at once, when the app is synthesized.
 */
import { type Stack, Token } from 'aws-cdk-lib';
import { CfnStream, type IStream } from 'aws-cdk-lib/aws-kinesis';
import { type Fault, quote } from '../core/result.ts';
import { findSharedConsumers } from '../core/settings/consumer-settings.ts';
import { readStreamDefaults, readStreamOverDefaults } from '../core/settings/stream-defaults.ts';
import type { StreamSettings, StreamSettingValues } from '../core/settings/stream-settings.ts';
import { settingsJsonOf } from './function-settings.ts';
import { readSchedules, type TemporaryMinimumSchedule } from './temporary-minimum-schedule.ts';

export interface RegisteredStream {
  readonly streamName: string;
  readonly settings: StreamSettings;
}

export class StreamRegistry {
  readonly #stack: Stack;
  readonly #defaults: Partial<StreamSettingValues>;
  readonly #given = new Map<string, Partial<StreamSettings>>();
  readonly #settings = new Map<string, StreamSettings>();
  readonly #faults: Fault[] = [];

  constructor(stack: Stack, defaults: Partial<StreamSettingValues>) {
    this.#stack = stack;
    this.#defaults = readStreamDefaults(defaults, this.#faults);
  }

  get faults(): readonly Fault[] {
    return [...this.#faults, ...findSharedConsumers(this.#settings, (streamName) => streamName)];
  }

  /** In the order in which they were added. */
  get streamNames(): readonly string[] {
    return [...this.#given.keys()];
  }

  /** Text of settings.json: what was given for each stream, without defaults. */
  get settingsJson(): string {
    return settingsJsonOf(this.#given);
  }

  /** Undefined, with faults, for a stream that cannot be managed. */
  add(
    stream: IStream,
    given: Partial<StreamSettings>,
    schedules: readonly TemporaryMinimumSchedule[],
  ): RegisteredStream | undefined {
    const streamName = nameOf(stream);
    if (streamName === undefined) {
      this.#faults.push({
        field: stream.node.path,
        value: 'its streamName',
        problem: 'is not known before deployment',
        remedy: 'give the stream a fixed streamName',
      });
      return undefined;
    }
    const read = readStreamOverDefaults({ ...given }, this.#defaults, streamName);
    const scheduleFaults: Fault[] = [];
    readSchedules(schedules, `${streamName}.schedules`, read.ok ? read.value : undefined, scheduleFaults);
    const faults = [
      ...scheduleFaults,
      ...this.#findDuplicate(streamName),
      ...(read.ok ? this.#findFarConsumers(streamName, read.value) : read.faults),
    ];
    this.#faults.push(...faults);
    if (!read.ok || faults.length > 0) return undefined;
    this.#given.set(streamName, given);
    this.#settings.set(streamName, read.value);
    return { streamName, settings: read.value };
  }

  #findDuplicate(streamName: string): readonly Fault[] {
    if (!this.#given.has(streamName)) return [];
    const remedy = 'add it once, with all its settings';
    return [{ field: streamName, value: 'this stream', problem: 'is added twice', remedy }];
  }

  /** The functions set concurrency in their own account and region, which may be known only at deployment. */
  #findFarConsumers(streamName: string, { consumers }: StreamSettings): readonly Fault[] {
    const { region, account } = this.#stack;
    const isHere = (value: string | undefined, here: string) => Token.isUnresolved(here) || value === here;
    return consumers.flatMap(({ functionArn }, index) => {
      const [, , , itsRegion, itsAccount] = functionArn.split(':');
      if (isHere(itsRegion, region) && isHere(itsAccount, account)) return [];
      const field = `${streamName}.consumers[${index}].functionArn`;
      const remedy = 'deploy the autoscaler where its consumers are';
      return [{ field, value: quote(functionArn), problem: `is not in ${region} of account ${account}`, remedy }];
    });
  }
}

/**
 * The name as text. A name that CloudFormation invents comes too late for settings.json and for the alarms' dimensions.
 */
function nameOf(stream: IStream): string | undefined {
  const child = stream.node.defaultChild;
  const names = [stream.streamName, child instanceof CfnStream ? child.name : undefined];
  return names.find((name): name is string => name !== undefined && !Token.isUnresolved(name));
}
