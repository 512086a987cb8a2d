/**
 * The Kinesis Client Library 3 reads a stream on local AWS while our own scaler reshards it twice, its lease table being in
 * moto's DynamoDB; then its lease table and its metrics feed our signals, and a second worker follows. Nobody here wrote the
 * library, the AWS SDK for Java below it, or the DynamoDB.
 */
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applicationLag, isKnown, kclLeases, readLeaseTable } from '../../consumer/index.ts';
import { type Deployment, deploy } from '../../local/deploy/deploy.ts';
import { type LocalAws, startLocalAws } from '../../local/local-aws.ts';
import { RealClock } from '../../simulator/models/clock.ts';
import { clientsOf } from '../local/local-fixture.ts';
import { assemblyOf } from '../scenarios/support/assembly.ts';
import { eventually, freePort, missingPrograms, type RunningProgram, run, startProgram } from './programs.ts';

const missing = missingPrograms('java', 'javac', 'mvn', 'moto_server');
if (missing.length > 0) console.warn(`kcl: not tried, as this machine has no ${missing.join(', ')}`);

const sources = fileURLToPath(new URL('kcl', import.meta.url));
const built = fileURLToPath(new URL('../../out/kcl', import.meta.url));
const application = 'kcl-reader';
const StreamName = 'orders';

describe.skipIf(missing.length > 0)('the Kinesis Client Library on local AWS', () => {
  let aws: LocalAws;
  let stack: Deployment;
  let dynamoEndpoint: string;
  let moto: RunningProgram;
  const readers: RunningProgram[] = [];
  const sent = new Set<string>();
  let putting: NodeJS.Timeout;
  const abort = new AbortController().signal;

  beforeAll(async () => {
    mkdirSync(`${built}/classes`, { recursive: true });
    run('mvn', ['-q', '-B', 'dependency:copy-dependencies', `-DoutputDirectory=${built}/lib`], sources);
    run('javac', ['-cp', `${built}/lib/*`, '-d', `${built}/classes`, 'Reader.java'], sources);
    const port = await freePort();
    dynamoEndpoint = `http://127.0.0.1:${port}`;
    moto = startProgram('moto_server', ['-H', '127.0.0.1', '-p', String(port)]);
    await eventually(() => fetch(`${dynamoEndpoint}/moto-api/`));
    aws = await startLocalAws({ clock: new RealClock(), kinesisFacts: { reshardingMs: () => 2_000 } });
    const stream = { name: StreamName, create: true, shardCount: 1, scaleUpCooldownMinutes: 0 };
    stack = await deploy(aws, assemblyOf({ dryRun: false, streams: [stream] }));
    putting = setInterval(() => void put(), 100);
  });

  afterAll(async () => {
    clearInterval(putting);
    await Promise.all(readers.map((reader) => reader.stop()));
    await moto?.stop();
    await aws?.stop();
  });

  async function put(): Promise<void> {
    const text = `${sent.size}`;
    sent.add(text);
    const input = { StreamName, PartitionKey: `key-${text}`, Data: Buffer.from(text).toString('base64') };
    await aws.kinesis.forward('PutRecord', input);
  }

  function startReader(): void {
    const classpath = `${built}/lib/*:${built}/classes`;
    const level = '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn';
    const args = [aws.endpoint, dynamoEndpoint, aws.account.region, application, StreamName];
    readers.push(startProgram('java', [level, '-cp', classpath, 'Reader', ...args]));
  }

  const lines = (kind: string): readonly string[] =>
    readers.flatMap((reader) => reader.output().split('\n')).filter((line) => line.startsWith(`${kind} `));

  const dynamo = () =>
    new DynamoDBClient({
      endpoint: dynamoEndpoint,
      region: aws.account.region,
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });

  /** Our scaler, by its alarm. */
  async function scaleUp(to: number): Promise<void> {
    const stream = aws.kinesis.stream(StreamName);
    const AlarmName = [...stack.resources.values()]
      .filter(({ type }) => type === 'AWS::CloudWatch::Alarm')
      .map(({ physical }) => physical.id)
      .find((name) => name.endsWith('-scale-up'));
    for (const StateValue of ['OK', 'ALARM'] as const)
      aws.cloudwatch.setAlarmState({ AlarmName, StateValue, StateReason: 'test' });
    await eventually(() => {
      expect(stream.statusAt(aws.clock.nowMs())).toBe('ACTIVE');
      expect(stream.openShardCountAt(aws.clock.nowMs())).toBe(to);
    });
  }

  it('reads every record of the stream through two reshardings by our scaler, each shard to its end', async () => {
    startReader();
    await eventually(() => expect(lines('begin')).toHaveLength(1));
    await scaleUp(2);
    await eventually(() => expect(lines('begin')).toHaveLength(3));
    await scaleUp(4);
    await eventually(() => expect(lines('begin')).toHaveLength(7));
    expect(lines('end')).toHaveLength(3);
    clearInterval(putting);
    await eventually(() => {
      const texts = new Set(lines('record').map((line) => line.split(' ')[2]));
      expect([...sent].filter((text) => !texts.has(text))).toEqual([]);
    });
    expect(sent.size).toBeGreaterThan(50);
  });

  it('its lease table feeds our signals: four shards are read by one worker, three are finished', async () => {
    const options = { client: dynamo(), nowMs: () => aws.clock.nowMs() };
    const active = await kclLeases(application, options)(abort);
    const workers = await kclLeases(application, { ...options, count: 'workers' })(abort);
    expect([active, workers].map((sample) => isKnown(sample) && sample.value)).toEqual([4, 1]);
    expect(await readLeaseTable(dynamo(), application, abort)).toMatchObject({ finished: 3 });
  });

  it('its MillisBehindLatest reaches CloudWatch, and our lag of the application reads it', async () => {
    putting = setInterval(() => void put(), 500);
    const { cloudwatch } = clientsOf(aws);
    const lag = applicationLag(application, { client: cloudwatch, nowMs: () => aws.clock.nowMs() });
    const sample = await eventually(async () => {
      const found = await lag(abort);
      if (!isKnown(found))
        throw new Error(
          `${JSON.stringify(found)}; ${JSON.stringify(aws.cloudwatch.listMetrics({ Namespace: application }))}`,
        );
      return found;
    }, 180_000);
    expect(sample).toMatchObject({ unit: 'Milliseconds', quality: 'ok' });
    expect(sample.value).toBeGreaterThanOrEqual(0);
    expect(sample.value).toBeLessThan(60_000);
  });

  it('a second worker that we start takes half of the leases', async () => {
    startReader();
    await eventually(async () => {
      const { leasesByWorker } = await readLeaseTable(dynamo(), application, abort);
      expect([...leasesByWorker.values()]).toEqual([2, 2]);
    }, 180_000);
  });
});
