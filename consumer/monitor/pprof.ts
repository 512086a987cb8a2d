/**
 * CPU and heap profiles of this process in pprof's format (gzipped protocol buffers), so that the tools for Go
 * services (`go tool pprof`, Grafana Pyroscope, Polar Signals) read them. V8 measures; this file translates.
 */
import { type HeapProfiler, type Profiler, Session } from 'node:inspector/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { Line, Location, Profile, Function as ProfileFunction, Sample, StringTable, ValueType } from 'pprof-format';
import type { Clock } from '../ports.ts';

export interface Profiles {
  /**
   * Measures the CPU for so long; undefined when that was cut short. Rejects with ProfileBusyError while another
   * measurement runs.
   */
  readonly cpu: (seconds: number, abortSignal: AbortSignal) => Promise<Buffer | undefined>;
  /** What is alive of what was allocated since the start of the process's profiles. */
  readonly heap: () => Promise<Buffer>;
  readonly close: () => void;
}

export class ProfileBusyError extends Error {
  override readonly name = 'ProfileBusyError';
}

const compress = promisify(gzip);
/** V8's own default: one sample per 512 KiB allocated, which costs nothing to speak of. */
const heapSamplingBytes = 512 * 1024;
const cpuSamplingMicroseconds = 1_000;

/** Begins to sample the heap: a heap profile can only show what was allocated while somebody looked. */
export async function startProfiles(clock: Clock): Promise<Profiles> {
  const session = new Session();
  session.connect();
  await session.post('HeapProfiler.startSampling', { samplingInterval: heapSamplingBytes });
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: cpuSamplingMicroseconds });
  let busy = false;
  let closed = false;

  return {
    cpu: async (seconds, abortSignal) => {
      if (busy) throw new ProfileBusyError('a CPU profile is being taken: try again when it has ended');
      busy = true;
      try {
        await session.post('Profiler.start');
        await clock.sleep(seconds * 1000, abortSignal);
        if (closed) return undefined;
        const { profile } = await session.post('Profiler.stop');
        return abortSignal.aborted ? undefined : await compress(encodeCpuProfile(profile));
      } finally {
        busy = false;
      }
    },
    heap: async () => compress(encodeHeapProfile((await session.post('HeapProfiler.getSamplingProfile')).profile)),
    close: () => {
      closed = true;
      session.disconnect();
    },
  };
}

/** V8's CPU profile as pprof: sample counts and nanoseconds by stack. */
export function encodeCpuProfile(profile: Profiler.Profile): Uint8Array {
  const builder = new ProfileBuilder([
    ['samples', 'count'],
    ['cpu', 'nanoseconds'],
  ]);
  const measured = new Map<number, { count: number; nanoseconds: number }>();
  for (const [index, nodeId] of (profile.samples ?? []).entries()) {
    const known = measured.get(nodeId) ?? { count: 0, nanoseconds: 0 };
    known.count += 1;
    known.nanoseconds += Math.max(0, profile.timeDeltas?.[index] ?? 0) * 1000;
    measured.set(nodeId, known);
  }
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const parents = new Map(
    profile.nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node.id] as const)),
  );
  for (const [nodeId, { count, nanoseconds }] of measured) {
    const stack: CallFrame[] = [];
    for (let id: number | undefined = nodeId; id !== undefined; id = parents.get(id)) {
      const node = nodes.get(id);
      if (node !== undefined) stack.push(node.callFrame);
    }
    builder.addSample(stack, [count, nanoseconds]);
  }
  const durationNanos = (profile.endTime - profile.startTime) * 1000;
  return builder.encode({
    durationNanos,
    periodType: ['cpu', 'nanoseconds'],
    period: cpuSamplingMicroseconds * 1000,
  });
}

/** V8's sampled heap as pprof: bytes that are in use by the stack that allocated them. */
export function encodeHeapProfile(profile: HeapProfiler.SamplingHeapProfile): Uint8Array {
  const builder = new ProfileBuilder([['inuse_space', 'bytes']]);
  const visit = (node: HeapProfiler.SamplingHeapProfileNode, callers: readonly CallFrame[]): void => {
    const stack = [node.callFrame, ...callers];
    if (node.selfSize > 0) builder.addSample(stack, [node.selfSize]);
    for (const child of node.children) visit(child, stack);
  };
  visit(profile.head, []);
  return builder.encode({ durationNanos: 0, periodType: ['space', 'bytes'], period: heapSamplingBytes });
}

type CallFrame = Profiler.Profile['nodes'][number]['callFrame'];
type NamedUnit = readonly [name: string, unit: string];

class ProfileBuilder {
  readonly #strings = new StringTable();
  readonly #sampleTypes: ValueType[];
  readonly #samples: Sample[] = [];
  readonly #functions: ProfileFunction[] = [];
  readonly #locations: Location[] = [];
  readonly #ids = new Map<string, number>();

  constructor(sampleTypes: readonly NamedUnit[]) {
    this.#sampleTypes = sampleTypes.map((each) => this.#valueType(each));
  }

  /** A stack, its leaf first. V8's root frame, which is in every stack, is left out. */
  addSample(stack: readonly CallFrame[], value: number[]): void {
    const locationId = stack.filter((frame) => frame.functionName !== '(root)').map((frame) => this.#locationOf(frame));
    this.#samples.push(new Sample({ locationId, value }));
  }

  encode(details: {
    readonly durationNanos: number;
    readonly periodType: NamedUnit;
    readonly period: number;
  }): Uint8Array {
    return new Profile({
      sampleType: this.#sampleTypes,
      sample: this.#samples,
      location: this.#locations,
      function: this.#functions,
      stringTable: this.#strings,
      durationNanos: Math.round(details.durationNanos),
      periodType: this.#valueType(details.periodType),
      period: details.period,
    }).encode();
  }

  #locationOf({ functionName, url, lineNumber, columnNumber }: CallFrame): number {
    const key = `${functionName} ${url}:${lineNumber}:${columnNumber}`;
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const id = this.#ids.size + 1;
    this.#ids.set(key, id);
    const name = this.#strings.dedup(functionName || '(anonymous)');
    // V8 counts lines from 0, pprof from 1.
    const line = lineNumber + 1;
    this.#functions.push(
      new ProfileFunction({ id, name, systemName: name, filename: this.#strings.dedup(url), startLine: line }),
    );
    this.#locations.push(new Location({ id, line: [new Line({ functionId: id, line })] }));
    return id;
  }

  #valueType([name, unit]: NamedUnit): ValueType {
    return new ValueType({ type: this.#strings.dedup(name), unit: this.#strings.dedup(unit) });
  }
}
