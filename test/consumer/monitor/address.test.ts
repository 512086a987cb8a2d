import { describe, expect, it } from 'vitest';
import { addressRequiresToken } from '../../../consumer/monitor/address.ts';
import { createBearerCheck } from '../../../consumer/monitor/bearer.ts';

describe('an address needs a token', () => {
  it.each([
    ['127.0.0.1:9090', false],
    ['127.8.9.1:9090', false],
    ['localhost:9090', false],
    ['LocalHost:9090', false],
    ['[::1]:9090', false],
    [':9090', true],
    ['0.0.0.0:9090', true],
    ['[::]:9090', true],
    ['[]:9090', true],
    ['10.0.0.1:9090', true],
    ['8.8.8.8:9090', true],
    ['[2001:db8::1]:9090', true],
    ['[::1%eth0]:9090', true],
    ['localhost.example.com:9090', true],
    ['monitor:9090', true],
    ['127.0.0.1', true],
    ['::1:9090', true],
    ['127.0.0.1:1:2', true],
    ['127.1:9090', true],
    ['', true],
  ])('address %s requires a token: %s', (address, required) => {
    expect(addressRequiresToken(address)).toBe(required);
  });
});

describe('bearer check', () => {
  const check = createBearerCheck('s3cret');
  it.each([
    ['Bearer s3cret', true],
    ['bearer s3cret', true],
    ['BEARER   s3cret ', true],
    [undefined, false],
    ['', false],
    ['Bearer', false],
    ['Bearer ', false],
    ['s3cret', false],
    ['Bearer s3cret more', false],
    ['Bearer s3cre', false],
    ['Bearer S3CRET', false],
    ['Basic s3cret', false],
  ])('Authorization header %j is accepted: %s', (header, passes) => {
    expect(check(header)).toBe(passes);
  });
});
