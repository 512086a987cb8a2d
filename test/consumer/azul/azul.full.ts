/**
 * The whole way of a plugin's backlog, with the real parts: Kafka (Maven Central) with lag -> Burrow (Debian) ->
 * `serve`, with the deployment's prefix from Redis (Debian) -> the client that KEDA is built with (Go module proxy).
 */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve as resolvePath } from 'node:path';
import { promisify } from 'node:util';
import { createClient } from '@redis/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Program, startProgram } from '../support/child-program.ts';
import { describeWithPrograms } from '../support/real-parts.ts';

const run = promisify(execFile);
const root = resolvePath(import.meta.dirname, '../../..');
const group = 'dev-azul-Unbox-live';
const deploymentKey = 'unbox-7f3a';
const plugin = { entityType: 'plugin', pluginName: deploymentKey, targetSize: '100', includeHistoric: 'false' };
const kafka = { entityType: 'kafka', consumerGroup: group, targetSize: '100' };

describeWithPrograms('Kafka, Burrow, serve and KEDA', ['java', 'mvn', 'go', 'Burrow', 'redis-server'], (programs) => {
  const started: Program[] = [];
  let folder: string;
  let burrowUrl: string;
  let workload: Dialog;
  let keda: Dialog;
  let burrow: Program;
  let serve: Program;

  const start = (path: string, args: readonly string[], options: Parameters<typeof startProgram>[2] = {}): Program => {
    const program = startProgram(path, args, { cwd: folder, ...options });
    started.push(program);
    return program;
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'azul-'));
    const [brokerPort, controllerPort, zookeeperPort, burrowPort, redisPort, scalerPort] = await freePorts();
    const broker = await startKafka(brokerPort, controllerPort);
    const source = join(import.meta.dirname, 'kafka/Workload.java');
    workload = dialogWith(start(programs.java, ['-cp', 'lib/*', source, broker, group], { stdin: true }));
    await workload.program.waitFor(/ready/);

    await startRedis(redisPort);
    burrowUrl = `http://127.0.0.1:${burrowPort}`;
    burrow = await startBurrow(broker, burrowPort, await startZookeeper(zookeeperPort));
    serve = await startServe(scalerPort, redisPort);
    keda = dialogWith(start(await buildKedaClient(), [`127.0.0.1:${scalerPort}`], { stdin: true }));
  });
  afterAll(async () => {
    for (const program of started.reverse()) await program.end('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });

  it('Kafka with lag reaches KEDA through Burrow and Redis; drained it reads 0; and without Burrow it is UNAVAILABLE', async () => {
    await workload.say('produce 1000');
    expect(await workload.say('consume 300')).toBe('lag 700');
    await until(async () => (await burrowLag()) === 700);

    expect(await ask('GetMetricSpec', plugin)).toMatchObject({
      code: 'OK',
      metric: 'backlog',
      value: 100,
      integer: 100,
    });
    await until(async () => (await ask('GetMetrics', kafka)).value === 700);
    await until(async () => (await ask('GetMetrics', plugin)).value > 0);
    expect(await ask('IsActive', plugin)).toMatchObject({ code: 'OK', active: true });
    expect(await ask('StreamIsActive', kafka)).toMatchObject({ code: 'OK', active: true });
    const missing = { ...plugin, pluginName: 'nobody-deployed-this' };
    await until(async () => (await ask('GetMetrics', missing)).details.includes('no deployment has this key'));

    expect(await workload.say('consume 700')).toBe('lag 0');
    await until(async () => (await ask('GetMetrics', kafka)).value === 0);
    await until(async () => (await ask('GetMetrics', plugin)).value === 0);
    expect(await ask('IsActive', plugin)).toMatchObject({ code: 'OK', active: false });

    await burrow.end('SIGKILL');
    await until(async () => (await ask('GetMetrics', kafka)).code === 'Unavailable');
    expect(await ask('IsActive', plugin)).toMatchObject({ code: 'Unavailable' });
    expect(await serve.end('SIGTERM')).toBe(0);
  });

  interface Answer {
    readonly code: string;
    readonly details: string;
    readonly value: number;
  }

  async function ask(method: string, metadata: Readonly<Record<string, string>>): Promise<Answer> {
    const answer = await keda.say(JSON.stringify({ method, metadata, metricName: 'backlog' }));
    return { details: '', ...JSON.parse(answer) };
  }

  async function burrowLag(): Promise<number | undefined> {
    const answer = await fetch(`${burrowUrl}/v3/kafka/local/consumer/${group}/lag`);
    if (answer.status === 404) return undefined;
    return ((await answer.json()) as { status: { totallag: number } }).status.totallag;
  }

  async function startKafka(port: number, controllerPort: number): Promise<string> {
    await cp(join(import.meta.dirname, 'kafka/pom.xml'), join(folder, 'pom.xml'));
    await run(programs.mvn, ['-q', '-B', 'dependency:copy-dependencies', '-DoutputDirectory=lib'], { cwd: folder });
    await writeFile(join(folder, 'server.properties'), brokerProperties(folder, port, controllerPort));
    const format = ['-cp', 'lib/*', 'kafka.tools.StorageTool', 'format', '-t', 'MkU3OEVBNTcwNTJENDM2Qk', '-c'];
    await run(programs.java, [...format, 'server.properties'], { cwd: folder });
    const program = start(programs.java, ['-Xmx512m', '-cp', 'lib/*', 'kafka.Kafka', 'server.properties']);
    await program.waitFor(/Kafka Server started/);
    return `127.0.0.1:${port}`;
  }

  async function startRedis(port: number): Promise<void> {
    await start(programs['redis-server'], ['--bind', '127.0.0.1', '--port', String(port), '--save', '']).waitFor(
      /Ready/,
    );
    const client = await createClient({ url: `redis://127.0.0.1:${port}/2` }).connect();
    await client.set(deploymentKey, JSON.stringify({ kafka_prefix: 'azul-unbox' }));
    client.destroy();
  }

  /** Burrow keeps nothing in it here, and does not start without it. It is among the jars of Kafka 3. */
  async function startZookeeper(port: number): Promise<string> {
    const main = 'org.apache.zookeeper.server.ZooKeeperServerMain';
    const words = ['-Dzookeeper.admin.enableServer=false', '-cp', 'lib/*', main, String(port), 'zookeeper-data'];
    start(programs.java, words);
    await until(async () => (await askZookeeper(port)).includes('Zookeeper version'));
    return `127.0.0.1:${port}`;
  }

  async function startBurrow(broker: string, port: number, zookeeper: string): Promise<Program> {
    await mkdir(join(folder, 'burrow'));
    await writeFile(join(folder, 'burrow/burrow.toml'), burrowConfig({ folder, broker, port, zookeeper }));
    const program = start(programs.Burrow, ['-config-dir', join(folder, 'burrow')]);
    await program.waitFor(/"msg":"started listener"/);
    return program;
  }

  async function startServe(scalerPort: number, redisPort: number): Promise<Program> {
    const config = `
mode: enforce
monitor: { address: 127.0.0.1:0 }
backends:
  burrow: { url: '${burrowUrl}', groupPrefix: dev- }
  plugins: { redis: { url: 'redis://127.0.0.1:${redisPort}/2' } }
externalScaler: { address: '127.0.0.1:${scalerPort}', pollSeconds: 1 }
`;
    await writeFile(join(folder, 'consumer.yaml'), config);
    const words = ['--import', 'tsx', join(root, 'cli/main.ts'), 'serve', '--config', join(folder, 'consumer.yaml')];
    const program = start(process.execPath, words, { cwd: root });
    await program.waitFor(/"message":"serving"/);
    return program;
  }

  async function buildKedaClient(): Promise<string> {
    const binary = join(folder, 'keda-client');
    await run(programs.go, ['build', '-o', binary, '.'], { cwd: join(import.meta.dirname, 'keda-client') });
    return binary;
  }
});

/** A program that answers each line with a line. */
interface Dialog {
  readonly program: Program;
  readonly say: (line: string) => Promise<string>;
}

function dialogWith(program: Program): Dialog {
  return {
    program,
    say: async (line) => {
      const before = program.output().length;
      program.write(`${line}\n`);
      await until(async () => /^(lag .*|\{.*\})\n/m.test(program.output().slice(before)));
      return /^(lag .*|\{.*\})\n/m.exec(program.output().slice(before))?.[1] ?? '';
    },
  };
}

function brokerProperties(folder: string, port: number, controllerPort: number): string {
  return `
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controllerPort}
listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}
advertised.listeners=PLAINTEXT://127.0.0.1:${port}
controller.listener.names=CONTROLLER
log.dirs=${folder}/kafka-data
offsets.topic.num.partitions=2
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
`;
}

/** Its four-letter command: what it says once it serves. */
function askZookeeper(port: number): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.write('srvr'));
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    // It can accept before it serves, and then never answers.
    socket.setTimeout(1_000, () => socket.destroy());
    socket.once('error', () => resolve(''));
    socket.once('close', () => resolve(answer));
  });
}

interface BurrowPlaces {
  readonly folder: string;
  readonly broker: string;
  readonly port: number;
  readonly zookeeper: string;
}

/** Looks at offsets every second, and keeps every commit. */
function burrowConfig({ folder, broker, port, zookeeper }: BurrowPlaces): string {
  return `
[general]
pidfile="${folder}/burrow.pid"
[logging]
level="info"
[zookeeper]
servers=["${zookeeper}"]
timeout=6
root-path="/burrow"
[client-profile.local]
client-id="burrow"
kafka-version="2.0.0"
[cluster.local]
class-name="kafka"
servers=["${broker}"]
client-profile="local"
topic-refresh=2
offset-refresh=1
[consumer.local]
class-name="kafka"
cluster="local"
servers=["${broker}"]
client-profile="local"
[httpserver.default]
address="127.0.0.1:${port}"
[storage.default]
class-name="inmemory"
workers=2
intervals=10
expire-group=604800
min-distance=0
`;
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const giveUpAtMs = Date.now() + 120_000;
  while (!(await condition())) {
    if (Date.now() > giveUpAtMs) throw new Error(`did not come true within two minutes: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function freePorts(): Promise<[number, number, number, number, number, number]> {
  const servers = await Promise.all(
    Array.from({ length: 6 }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = ports;
  return [a, b, c, d, e, f];
}
