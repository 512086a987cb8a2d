import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type ClientReadableStream, credentials, status } from '@grpc/grpc-js';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { knownSample, type Sample, unknownSample } from '../../../consumer/decision/sample.ts';
import type { Entity } from '../../../consumer/external-scaler/metadata.ts';
import { ScalerRefusedError, type ScalerTls, startExternalScaler } from '../../../consumer/external-scaler/server.ts';
import { startTracker } from '../../../consumer/external-scaler/tracker.ts';
import { type Certificates, makeCertificates } from '../support/certificates.ts';
import { connectKeda, type KedaClient } from '../support/keda-client.ts';
import { describeWithPrograms } from '../support/real-parts.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const sqsTrigger = { entityType: 'sqs', queueUrl: 'https://sqs.eu-west-1.amazonaws.com/1/orders', targetSize: '12.5' };

describe('external scaler, by a real gRPC client', () => {
  it('every rpc answers with integers for old clients and floats for new ones', async () => {
    const { keda, ready } = await startScaler({ value: 100.2 });
    await ready(sqsTrigger);

    expect(await keda.getMetricSpec(sqsTrigger)).toEqual({
      metricSpecs: [{ metricName: 'backlog', targetSize: 13, targetSizeFloat: 12.5 }],
    });
    expect(await keda.getMetrics(sqsTrigger, 'backlog')).toEqual({
      metricValues: [{ metricName: 'backlog', metricValue: 101, metricValueFloat: 100.2 }],
    });
    expect(await keda.getMetrics(sqsTrigger, 's0-backlog')).toMatchObject({
      metricValues: [{ metricName: 's0-backlog', metricValue: 101 }],
    });
    expect(await keda.isActive(sqsTrigger)).toEqual({ result: true });
    expect(await first(keda.streamIsActive(sqsTrigger))).toEqual({ result: true });
    expect(await first(keda.streamMetricSpec(sqsTrigger))).toEqual(await keda.getMetricSpec(sqsTrigger));
    expect(await keda.health('externalscaler.ExternalScaler')).toBe('SERVING');
  });

  it('wrong metadata is answered INVALID_ARGUMENT with every fault at once', async () => {
    const { keda } = await startScaler({ value: 1 });
    const failure = await failureOf(
      keda.getMetrics({ entityType: 'sqs', targetSize: 'many', queueURL: 'x' }, 'backlog'),
    );

    expect(failure.code).toBe(status.INVALID_ARGUMENT);
    expect(failure.details).toBe(
      'queueUrl is missing; targetSize must be a number above 0, got "many"; queueURL is not known here',
    );
    expect((await failureOf(first(keda.streamIsActive({})))).code).toBe(status.INVALID_ARGUMENT);
  });

  it('a metric that the trigger does not have is answered NOT_FOUND', async () => {
    const { keda, ready } = await startScaler({ value: 1 });
    await ready(sqsTrigger);
    expect((await failureOf(keda.getMetrics(sqsTrigger, 'lag'))).code).toBe(status.NOT_FOUND);
  });

  it.each([
    ['the backend is down', { error: new Error('connection refused') }],
    ['the value is unknown', { unknown: 'no datapoint' }],
    ['the value is negative', { value: -1 }],
    ['the value is NaN', { raw: Number.NaN }],
    ['the value is infinite', { raw: Number.POSITIVE_INFINITY }],
    ['the value is stale', { value: 0, stale: true }],
  ])('the external scaler answers UNAVAILABLE, never 0, when %s', async (_, source) => {
    const { keda, clock } = await startScaler(source);
    await failureOf(keda.isActive(sqsTrigger));
    await clock.advance(0);

    expect((await failureOf(keda.getMetrics(sqsTrigger, 'backlog'))).code).toBe(status.UNAVAILABLE);
    expect((await failureOf(keda.isActive(sqsTrigger))).code).toBe(status.UNAVAILABLE);
  });

  it('the external scaler answers UNAVAILABLE before the first sample and after the backend goes down', async () => {
    const source: Source = { value: 7 };
    const { keda, clock } = await startScaler(source);

    expect(await failureOf(keda.getMetrics(sqsTrigger, 'backlog'))).toMatchObject({
      code: status.UNAVAILABLE,
      details: expect.stringContaining('no sample'),
    });
    await clock.advance(0);
    expect((await keda.getMetrics(sqsTrigger, 'backlog')).metricValues[0]?.metricValue).toBe(7);
    source.error = new Error('connection refused');
    await clock.advance(30_000);
    expect(await failureOf(keda.getMetrics(sqsTrigger, 'backlog'))).toMatchObject({
      code: status.UNAVAILABLE,
      details: 'connection refused',
    });
  });

  it('StreamIsActive sends the state at once and then on change only', async () => {
    const source: Source = { value: 0 };
    const { keda, clock, ready } = await startScaler(source);
    await ready(sqsTrigger);
    const stream = keda.streamIsActive(sqsTrigger);
    const received: boolean[] = [];
    stream.on('data', ({ result }: { result: boolean }) => received.push(result));
    stream.on('error', () => {});

    await until(() => received.length === 1);
    for (const value of [0, 5, 6]) {
      source.value = value;
      await clock.advance(30_000);
    }
    source.error = new Error('down');
    await clock.advance(30_000);
    delete source.error;
    source.value = 0;
    await clock.advance(30_000);
    await until(() => received.length === 3);
    stream.cancel();

    expect(received).toEqual([false, true, false]);
  });

  it('1,000 opened and cancelled streams leave no timer and no memory behind', async () => {
    const { ready, tracker, scaler } = await startScaler({ value: 1 });
    await ready(sqsTrigger);
    const cycle = async (count: number): Promise<void> => {
      const keda = connectKeda(scaler.address);
      for (let done = 0; done < count; done += 1) await first(keda.streamIsActive(sqsTrigger));
      keda.close();
      await until(() => tracker.counts().listeners === 0);
    };
    await cycle(200);
    const before = { bytes: heapBytes(), timers: timers() };
    // Node's HTTP/2 takes at most 1,000 resets in a burst from one connection, so each round has its own.
    for (let round = 0; round < 4; round += 1) await cycle(250);

    expect(tracker.counts()).toEqual({ watches: 1, listeners: 0 });
    expect(timers()).toBeLessThanOrEqual(before.timers);
    // 1,000 leaked streams hold several megabytes.
    expect(heapBytes() - before.bytes).toBeLessThan(1_500_000);
  });

  it('the external scaler ends open streams when it closes', async () => {
    const { keda, ready, scaler } = await startScaler({ value: 1 });
    await ready(sqsTrigger);
    const stream = keda.streamIsActive(sqsTrigger);
    const ended = new Promise<{ code: status }>((resolve) =>
      stream.once('error', (error) => resolve(error as unknown as { code: status })),
    );
    await new Promise((resolve) => stream.once('data', resolve));
    stream.resume();
    await scaler.close();
    expect((await ended).code).toBe(status.UNAVAILABLE);
  });

  it('the external scaler refuses to listen without TLS where other machines reach it', async () => {
    const { tracker } = await startScaler({ value: 1 });
    await expect(startExternalScaler({ address: '0.0.0.0:0', tracker })).rejects.toThrow(ScalerRefusedError);
    await expect(startExternalScaler({ address: 'nonsense', tracker })).rejects.toThrow('is not host:port');
  });
});

describeWithPrograms('external scaler with TLS', ['openssl'], ({ openssl }) => {
  let certificates: Certificates;
  beforeAll(async () => {
    certificates = await makeCertificates(openssl);
  });

  it('the external scaler serves clients over TLS that trust its certificate', async () => {
    const { keda, ready } = await startScaler(
      { value: 3 },
      { tls: certificates.server, channel: credentials.createSsl(certificates.authority) },
    );
    await ready(sqsTrigger);
    expect(await keda.isActive(sqsTrigger)).toEqual({ result: true });
  });

  it('with mutual TLS the external scaler serves only clients with a certificate of its authority', async () => {
    const tls = { ...certificates.server, clientCertificateAuthority: certificates.authority };
    const { client, authority } = certificates;
    const trusted = credentials.createSsl(authority, client.privateKey, client.certificate);
    const { keda, ready, scaler } = await startScaler({ value: 3 }, { tls, channel: trusted });
    await ready(sqsTrigger);
    expect(await keda.isActive(sqsTrigger)).toEqual({ result: true });

    const stranger = connectKeda(nameOf(scaler.address), credentials.createSsl(authority));
    onTestFinished(() => stranger.close());
    expect((await failureOf(stranger.isActive(sqsTrigger))).code).toBe(status.UNAVAILABLE);
  });
});

/** What the entity reads; changed by a test while it runs. */
interface Source {
  value?: number;
  /** A sample made by hand, without the check of knownSample. */
  raw?: number;
  stale?: boolean;
  unknown?: string;
  error?: Error;
}

async function startScaler(
  source: Source,
  security: { tls?: ScalerTls; channel?: ReturnType<typeof credentials.createSsl> } = {},
) {
  const clock = new VirtualClock();
  const stopping = new AbortController();
  const signalOf = (_: Entity) => async (): Promise<Sample> => {
    if (source.error !== undefined) throw source.error;
    if (source.unknown !== undefined) return unknownSample(source.unknown, clock.nowMs());
    const sample = knownSample(source.value ?? 0, clock.nowMs(), { stale: source.stale ?? false });
    return source.raw === undefined ? sample : { ...sample, value: source.raw };
  };
  const tracker = startTracker({ signalOf, clock, abortSignal: stopping.signal });
  const { channel, ...tls } = security;
  const scaler = await startExternalScaler({ address: '127.0.0.1:0', tracker, ...tls });
  const keda: KedaClient = connectKeda(nameOf(scaler.address), channel);
  onTestFinished(async () => {
    keda.close();
    stopping.abort();
    await scaler.close();
    await tracker.ended;
  });
  /** Makes the scaler know the entity and take its first sample. */
  const ready = async (metadata: Readonly<Record<string, string>>): Promise<void> => {
    await keda.getMetricSpec(metadata);
    await clock.advance(0);
  };
  return { clock, tracker, scaler, keda, ready };
}

/** A certificate is checked against a name. */
function nameOf(address: string): string {
  return address.replace('127.0.0.1', 'localhost');
}

/** The first message of a stream, which is then cancelled and waited for to its end. */
function first<Response>(stream: ClientReadableStream<Response>): Promise<Response> {
  return new Promise((resolve, reject) => {
    let received: { readonly response: Response } | undefined;
    stream.once('data', (response: Response) => {
      received = { response };
      stream.cancel();
    });
    stream.once('error', (error) => (received === undefined ? reject(error) : resolve(received.response)));
  });
}

async function failureOf(call: Promise<unknown>): Promise<{ code: status; details: string }> {
  return call.then(
    (response) => expect.fail(`answered ${JSON.stringify(response)}`),
    (error) => error,
  );
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await setImmediate();
}

function timers(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
}

function heapBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}
