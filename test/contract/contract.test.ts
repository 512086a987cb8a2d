/** One suite for every implementation: what the models accept must be what AWS does, as far as it is known here. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { awsFacts } from '../../core/aws-facts.ts';
import { CLOUDWATCH_FACTS } from '../../simulator/models/cloudwatch/cloudwatch-facts.ts';
import { KINESIS_FACTS } from '../../simulator/models/kinesis-facts.ts';
import { lambdaCases, rateCases, topicCases } from './account-cases.ts';
import { alarmCases } from './alarm-cases.ts';
import { assumptionCases } from './assumption-cases.ts';
import { type ContractCase, isAsked } from './contract-case.ts';
import { differences } from './differences.ts';
import { kinesisCases } from './kinesis-cases.ts';
import { metricCases } from './metric-cases.ts';
import { startModelsSubject } from './models-subject.ts';
import type { Subject, SubjectName } from './subject.ts';
import { hasMoto, startKinesisLocalSubject, startLocalSubject, startMotoSubject } from './subjects.ts';

const cases: readonly ContractCase[] = [
  ...kinesisCases,
  ...alarmCases,
  ...metricCases,
  ...lambdaCases,
  ...topicCases,
  ...rateCases,
];

const motoIsHere = hasMoto();
if (!motoIsHere)
  console.warn('contract: there is no moto_server on this machine (pip install "moto[server]"); not asked');

const subjects: readonly { readonly name: SubjectName; readonly start: () => Promise<Subject> }[] = [
  { name: 'models', start: async () => startModelsSubject() },
  { name: 'local-aws', start: () => startLocalSubject() },
  { name: 'throttling', start: () => startLocalSubject({ throttle: true }) },
  ...(['kinesis-local', 'kinesis-local-updating'] as const).map((name) => ({
    name,
    start: () => startKinesisLocalSubject(name),
  })),
  ...(motoIsHere ? [{ name: 'moto' as const, start: startMotoSubject }] : []),
];

describe.each(subjects)('$name', ({ name, start }) => {
  const asked = cases.filter((each) => isAsked(name, each));
  let subject: Subject;
  beforeAll(async () => {
    subject = await start();
  });
  afterAll(() => subject.stop());

  it.each(asked)('$says', async ({ says, check }) => {
    const known = differences.find((difference) => difference.subject === name && difference.says === says);
    const checked = check(subject, `contract-${cases.findIndex((each) => each.says === says)}`);
    if (known) await expect(checked, 'differs no longer: take it off the list of differences').rejects.toThrow();
    else await checked;
  });
});

describe('an assumption of the models', () => {
  it.each(assumptionCases)('$says', ({ check }) => check());
});

describe('the list of differences', () => {
  it('names only cases that exist and that the subject is asked', () => {
    for (const { subject, says } of differences) {
      const named = cases.find((each) => each.says === says);
      expect(named, says).toBeDefined();
      if (named) expect(isAsked(subject, named), says).toBe(true);
    }
  });
});

it('has a contract case for every fact that code relies on', () => {
  const facts = [...Object.keys(awsFacts), ...Object.keys(KINESIS_FACTS), ...Object.keys(CLOUDWATCH_FACTS)];
  const shown = new Set([...cases, ...assumptionCases].flatMap((each) => each.facts));
  expect(facts.filter((fact) => !shown.has(fact))).toEqual([]);
  expect([...shown].filter((fact) => !facts.includes(fact))).toEqual([]);
});
