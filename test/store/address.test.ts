// Tests what the address of a NATS server says: hosts, ports, user, password or token, and TLS.
import { expect, test } from 'vitest';
import { parseAddress } from '../../store/address.js';

test.each([
  ['scout', [['scout', 4222]], {}],
  ['nats://scout:5222', [['scout', 5222]], {}],
  ['tls://scout', [['scout', 4222]], { tls: true }],
  ['nats://[::1]', [['::1', 4222]], {}],
  [
    'a, tls://b:1',
    [
      ['a', 4222],
      ['b', 1],
    ],
    { tls: true },
  ],
  ['nats://me:a%20word@scout', [['scout', 4222]], { user: 'me', password: 'a word' }],
  ['nats://a%2Ftoken@scout', [['scout', 4222]], { token: 'a/token' }],
] as const)('%s', (written, servers, rest) => {
  const { text, ...address } = parseAddress(written);
  const listed = servers.map(([host, port]) => ({ host, port }));
  expect(address).toEqual({ servers: listed, tls: false, ...rest });
  expect(text).not.toMatch(/me|word|token/);
});

test.each(['nats://me:50%@scout', 'nats://%ff@scout'])(
  '%s: a % that begins no character is named',
  (written) => {
    expect(() => parseAddress(written)).toThrow(/…@scout.*%25/s);
  },
);
