import { describe, expect, it } from 'vitest';
import { metricNames, readMetadata } from '../../../consumer/external-scaler/metadata.ts';

describe('metadata of a trigger', () => {
  it.each([
    [
      { entityType: 'stream', streamName: 'orders', applicationName: 'billing' },
      { type: 'stream', streamName: 'orders', applicationName: 'billing' },
    ],
    [
      { entityType: 'stream', streamName: 'orders' },
      { type: 'stream', streamName: 'orders' },
    ],
    [
      { entityType: 'kafka', consumerGroup: 'payments' },
      { type: 'kafka', consumerGroup: 'payments' },
    ],
    [
      { entityName: 'Plugin', pluginName: 'Unbox', includeHistoric: ' TRUE ' },
      { type: 'plugin', pluginName: 'Unbox', includeHistoric: true },
    ],
    [
      { entityType: 'plugin', pluginName: 'Unbox' },
      { type: 'plugin', pluginName: 'Unbox', includeHistoric: false },
    ],
    [
      { entityType: 'jetstream', streamName: 'E', consumerName: 'P' },
      { type: 'jetstream', streamName: 'E', consumerName: 'P' },
    ],
    [
      { entityType: 'sqs', queueUrlFromEnv: 'https://sqs/1/q' },
      { type: 'sqs', queueUrl: 'https://sqs/1/q' },
    ],
  ])('trigger metadata %j is read', (metadata, entity) => {
    const result = readMetadata({ ...metadata, targetSize: '100', scalerAddress: 'scaler:6000' });
    expect(result).toMatchObject({ ok: true, request: { entity, targetSize: 100, activationSize: 0 } });
  });

  it.each([
    [{}, ['entityType is missing: use one of stream, kafka, plugin, jetstream, sqs']],
    [{ entityType: 'topic' }, ['entityType "topic" is not known: use one of stream, kafka, plugin, jetstream, sqs']],
    [
      { entityType: 'kafka', targetSize: '0' },
      ['consumerGroup is missing', 'targetSize must be a number above 0, got "0"'],
    ],
    [
      { entityType: 'kafka', consumerGroup: 'g', targetSize: 'NaN' },
      ['targetSize must be a number above 0, got "NaN"'],
    ],
    [
      { entityType: 'kafka', consumerGroup: 'g' },
      ['targetSize is missing: give the value per replica, for example "100"'],
    ],
    [
      { entityType: 'kafka', consumerGroup: 'g', targetSize: '1', activationSize: '-1' },
      ['activationSize must be a number, 0 or more, got "-1"'],
    ],
    [
      { entityType: 'plugin', pluginName: 'x', targetSize: '1', includeHistoric: 'yes' },
      ['includeHistoric must be "true" or "false", got "yes"'],
    ],
    [
      { entityType: 'kafka', consumerGroup: 'g', targetSize: '1', consumerGrup: 'h' },
      ['consumerGrup is not known here'],
    ],
  ])('trigger metadata %j is refused', (metadata, faults) => {
    expect(readMetadata(metadata as Record<string, string>)).toEqual({ ok: false, faults });
  });

  it('trigger metadata takes no value from the prototype of an object', () => {
    expect(readMetadata({ entityType: 'constructor' })).toMatchObject({ ok: false });
  });

  it('metric names of the external scaler are safe in a URL path', () => {
    for (const name of Object.values(metricNames)) expect(encodeURIComponent(name)).toBe(name);
  });
});
