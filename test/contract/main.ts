/**
 * `npm run contract`: the suite over everything on this machine. `npm run contract -- --aws --stream NAME`: what only a real
 * account can tell, with the credentials and region of the environment (and AWS_ENDPOINT_URL, as the SDK takes it).
 */
import { spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline/promises';
import { parseArgs, styleText } from 'node:util';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { type AccountUnderCheck, accountChecks, type Finding } from './account-checks.ts';

const usage = `npm run contract -- --aws --stream NAME [--yes] [--reshard]
  --stream   the only stream that is asked about
  --yes      answers yes to what is written; otherwise each writing check asks
  --reshard  also doubles the stream and brings it back: two of its ten calls of the day`;

const symbol = { agrees: styleText('green', '✓'), differs: styleText('red', '✗'), seen: '·' } as const;

const { values } = parseArgs({
  options: {
    aws: { type: 'boolean', default: false },
    stream: { type: 'string' },
    yes: { type: 'boolean', default: false },
    reshard: { type: 'boolean', default: false },
  },
});

if (!values.aws) {
  process.exitCode = spawnSync('vitest', ['run', 'test/contract'], { stdio: 'inherit' }).status ?? 1;
} else if (values.stream === undefined) {
  console.error(usage);
  process.exitCode = 2;
} else {
  process.exitCode = (await checkAccount(accountOf(values.stream))) ? 0 : 1;
}

function accountOf(streamName: string): AccountUnderCheck {
  const options = { requestHandler: new NodeHttpHandler() };
  return {
    kinesis: new KinesisClient(options),
    cloudwatch: new CloudWatchClient(options),
    lambda: new LambdaClient(options),
    streamName,
    nowMs: () => Date.now(),
    wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  };
}

/** @returns whether all that AWS documents is so. */
async function checkAccount(account: AccountUnderCheck): Promise<boolean> {
  let agrees = true;
  for (const { name, writes, run } of accountChecks) {
    if (name === 'reshard' && !values.reshard) continue;
    if (writes && !(await isAllowed(`${name}: ${writes(account)}`))) {
      console.log(styleText('dim', `- ${name}: left out`));
      continue;
    }
    for (const { verdict, text } of await findingsOf(() => run(account))) {
      agrees &&= verdict !== 'differs';
      console.log(`${symbol[verdict]} ${name}: ${text}`);
    }
  }
  return agrees;
}

/** A call that fails is a finding too: the other checks still have their say. */
async function findingsOf(run: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  try {
    return await run();
  } catch (error) {
    return [{ verdict: 'differs', text: error instanceof Error ? `${error.name}: ${error.message}` : String(error) }];
  }
}

async function isAllowed(what: string): Promise<boolean> {
  console.log(what);
  if (values.yes) return true;
  if (!process.stdin.isTTY) return false;
  const dialogue = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await dialogue.question('Do it? [yes/no] ');
  dialogue.close();
  return answer.trim() === 'yes';
}
