import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeFault, type Fault } from '../../../core/result.ts';
import { type GivenOf, givenSettings, stackSettings } from '../../../core/settings/deployment-settings.ts';
import {
  completeSettings,
  findPropsFaults,
  readFromContext,
  readFromEnvironment,
  writeToEnvironment,
} from '../../../core/settings/read-deployment-settings.ts';

const table = { ...givenSettings, ...stackSettings };
const topicArn = 'arn:aws:sns:us-east-1:111122223333:scalings';

function faultsOf(read: (faults: Fault[]) => unknown): readonly string[] {
  const faults: Fault[] = [];
  read(faults);
  return faults.map(describeFault);
}

const someSettings: fc.Arbitrary<GivenOf<typeof table>> = fc.record(
  {
    dryRun: fc.boolean(),
    logLevel: fc.constantFrom(...givenSettings.logLevel.choices),
    version: fc.constantFrom('1.2.3', 'main'),
    retry: fc.record(
      {
        shortestWaitMs: fc.integer({ min: 0, max: 2_000 }),
        longestWaitMs: fc.integer({ min: 2_000, max: 60_000 }),
        retries: fc.integer({ min: 0, max: 100 }),
        callTimeoutMs: fc.integer({ min: 100, max: 60_000 }),
      },
      { requiredKeys: [] },
    ),
    noticeTopicArn: fc.constant(topicArn),
    discovery: fc.record({ alarmTopicArn: fc.constant(topicArn), owner: fc.constant('us') }, { requiredKeys: [] }),
    streamMetrics: fc.boolean(),
  },
  { requiredKeys: [] },
);

describe('settings of a deployment', () => {
  it('what the stack writes to the environment, the functions read from it', () => {
    fc.assert(
      fc.property(someSettings, (given) => {
        const faults: Fault[] = [];
        const read = readFromEnvironment(table, writeToEnvironment(table, given), faults);
        expect(faults).toEqual([]);
        expect(completeSettings(table, read)).toEqual(completeSettings(table, given));
      }),
    );
  });

  it('settings that were not given are not written', () => {
    expect(writeToEnvironment(table, { retry: { callTimeoutMs: 2_500 } })).toEqual({ CALL_TIMEOUT_SECONDS: '2.5' });
    expect(writeToEnvironment(table, {})).toEqual({});
  });

  it('a wait is in seconds in cdk.json, and in milliseconds in the construct', () => {
    const read = readFromContext(givenSettings, { retry: { callTimeoutSeconds: 2.5 } }, []);
    expect(read.retry).toEqual({ callTimeoutMs: 2_500 });
    expect(findPropsFaults(givenSettings, { retry: { callTimeoutMs: 2_500 } }, () => true)).toEqual([]);
  });

  it('a fault speaks in the words of the environment, of cdk.json or of the construct’s user', () => {
    const environment = { CALL_TIMEOUT_SECONDS: '0', THROTTLE_RETRY_MAX_SLEEP: '.5', NOTICE_TOPIC_ARN: 'us' };
    expect(faultsOf((faults) => readFromEnvironment(table, environment, faults))).toEqual([
      'CALL_TIMEOUT_SECONDS: 0 is not a number from 0.1 to 60; give seconds in that range, or leave it out for 5',
      'NOTICE_TOPIC_ARN: "us" is not the ARN of a topic; give arn:aws:sns:REGION:ACCOUNT:NAME',
      'THROTTLE_RETRY_MAX_SLEEP: 0.5 is below THROTTLE_RETRY_MIN_SLEEP 1; give at least as much',
    ]);
    const context = { retry: { callTimeoutSeconds: 0, longestWaitSeconds: 0.5 }, logLevel: 'loud', dryRun: 'true' };
    expect(faultsOf((faults) => readFromContext(givenSettings, context, faults))).toEqual([
      'dryRun: "true" is not a switch; give true or false, without quotes',
      'logLevel: "loud" is not one of its values; use trace, debug, info, warn, error',
      'retry.callTimeoutSeconds: 0 is not a number from 0.1 to 60; give seconds in that range, or leave it out for 5',
      'retry.longestWaitSeconds: 0.5 is below retry.shortestWaitSeconds 1; give at least as much',
    ]);
    const props = { retry: { callTimeoutMs: 0, longestWaitMs: 500 }, noticeTopicArn: 'us' };
    expect(findPropsFaults(table, props, () => true).map(describeFault)).toEqual([
      'retry.callTimeoutMs: 0 is not a number from 100 to 60000; give ms in that range, or leave it out for 5000',
      'notices.topicArn: "us" is not the ARN of a topic; give arn:aws:sns:REGION:ACCOUNT:NAME',
      'retry.longestWaitMs: 500 is below retry.shortestWaitMs 1000; give at least as much',
    ]);
  });

  it('a value that is known only at deployment is not judged at synth', () => {
    expect(findPropsFaults(table, { noticeTopicArn: 'a token' }, () => false)).toEqual([]);
  });

  it('a null in cdk.json is a value that somebody wrote, and never the default', () => {
    const context = { version: null, retry: { retries: null } };
    expect(faultsOf((faults) => readFromContext(givenSettings, context, faults))).toEqual([
      'version: null is not a text; give a text',
      'retry.retries: null is not a whole number from 0 to 100; give resends in that range, or leave it out for 30',
    ]);
  });
});
