import { expect, test } from 'vitest';
import { readFaultRequest, readLaneRequest } from './requests.ts';

test.each([
  { read: readFaultRequest, body: undefined, value: {} },
  { read: readFaultRequest, body: { target: '127.0.0.1:1' }, value: { target: '127.0.0.1:1' } },
  { read: readLaneRequest, body: { enabled: false }, value: { enabled: false } },
  { read: readLaneRequest, body: { ratePerSecond: 1000 }, value: { ratePerSecond: 1000 } },
  {
    read: readLaneRequest,
    body: { enabled: true, ratePerSecond: 1 },
    value: { enabled: true, ratePerSecond: 1 },
  },
])('$read.name takes $body', ({ read, body, value }) => {
  expect(read(body)).toEqual({ value });
});

test.each([
  { read: readFaultRequest, body: [], says: 'JSON object' },
  { read: readFaultRequest, body: { target: 7 }, says: "target must be 'host:port'; it is 7." },
  { read: readFaultRequest, body: { node: 'x' }, says: "unknown field 'node'; known are target" },
  { read: readLaneRequest, body: undefined, says: 'enabled or ratePerSecond' },
  { read: readLaneRequest, body: { enabled: 'yes' }, says: 'enabled must be true or false; it is "yes".' },
  { read: readLaneRequest, body: { ratePerSecond: 0 }, says: 'from 1 to 1000; it is 0.' },
  { read: readLaneRequest, body: { ratePerSecond: 1.5 }, says: 'a whole number' },
  {
    read: readLaneRequest,
    body: { rate: 5 },
    says: "unknown field 'rate'; known are enabled, ratePerSecond",
  },
])('$read.name refuses $body', ({ read, body, says }) => {
  expect(read(body)).toEqual({ error: expect.stringContaining(says) as string });
});
