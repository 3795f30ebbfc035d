// Tests that webhooks can only reach public addresses and those that a setting allows.
import { expect, test } from 'vitest';
import {
  findRefusedKind,
  parseLiteralAddress,
  readAllowedAddresses,
} from '../../../activities/notify/addresses.js';

const kind = (address: string, setting = '') =>
  findRefusedKind(address, readAllowedAddresses({ ZEROSCOUT_NOTIFY_ALLOW: setting }));

test.each([
  ['169.254.169.254', 'the metadata service of a cloud'],
  ['fd00:ec2::254', 'the metadata service of a cloud'],
  ['100.100.100.200', 'the metadata service of a cloud'],
  ['168.63.129.16', 'the metadata service of a cloud'],
  ['169.254.0.1', 'a link-local address'],
  ['fe80::1', 'a link-local address'],
  ['fe80::1%eth0', 'a link-local address'],
  ['febf:ffff::1', 'a link-local address'],
  ['127.0.0.1', 'a loopback address'],
  ['127.255.255.254', 'a loopback address'],
  ['::1', 'a loopback address'],
  ['10.0.0.1', 'a private address'],
  ['172.16.0.1', 'a private address'],
  ['172.31.255.255', 'a private address'],
  ['192.168.1.1', 'a private address'],
  ['100.64.0.1', 'a private address'],
  ['fd12:3456::1', 'a private address'],
  ['fec0::1', 'a private address'],
  ['0.0.0.0', 'an address that belongs to no host'],
  ['0.1.2.3', 'an address that belongs to no host'],
  ['::', 'an address that belongs to no host'],
  ['224.0.0.1', 'a multicast or broadcast address'],
  ['255.255.255.255', 'a multicast or broadcast address'],
  ['ff02::1', 'a multicast or broadcast address'],
  ['192.0.0.1', 'a reserved address'],
  ['198.18.0.1', 'a reserved address'],
  ['203.0.113.9', 'a reserved address'],
  ['240.0.0.1', 'a reserved address'],
  ['2001::1', 'a reserved address'],
  ['2001:db8::1', 'a reserved address'],
  ['64:ff9b:1::a9fe:a9fe', 'a reserved address'],
  ['1234::1', 'a reserved address'],
  ['not an address', 'not an IP address'],
])('%s is refused as %s', (address, words) => expect(kind(address)).toBe(words));

test.each([
  ['::ffff:169.254.169.254', 'the metadata service of a cloud'],
  ['::ffff:a9fe:a9fe', 'the metadata service of a cloud'],
  ['0:0:0:0:0:ffff:7f00:1', 'a loopback address'],
  ['::ffff:0:169.254.169.254', 'the metadata service of a cloud'],
  ['64:ff9b::169.254.169.254', 'the metadata service of a cloud'],
  ['64:ff9b::10.0.0.1', 'a private address'],
  ['2002:a9fe:a9fe::1', 'the metadata service of a cloud'],
  ['2002:0a00:0001::', 'a private address'],
  ['::127.0.0.1', 'a loopback address'],
  ['::0.0.0.2', 'an address that belongs to no host'],
])('%s stands for %s', (address, words) => expect(kind(address)).toBe(words));

test.each(['8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '::ffff:8.8.8.8', '64:ff9b::8.8.8.8'])(
  '%s is public',
  (address) => expect(kind(address)).toBeUndefined(),
);

test('a setting opens what it names and nothing else', () => {
  for (const address of ['10.1.2.3', '192.168.0.1', '100.64.0.1', 'fd12::1', '::ffff:10.1.2.3'])
    expect(kind(address, 'private')).toBeUndefined();
  for (const address of [
    '127.0.0.1',
    '169.254.1.1',
    '169.254.169.254',
    'fd00:ec2::254',
    '100.100.100.200',
    '0.0.0.0',
  ])
    expect(kind(address, 'private')).toBeDefined();
  expect(kind('127.0.0.1', 'Private, loopback')).toBeUndefined();
  expect(kind('10.1.2.3', '10.1.0.0/16,fd12::/16')).toBeUndefined();
  expect(kind('10.2.2.3', '10.1.0.0/16,fd12::/16')).toBe('a private address');
  expect(kind('fd12::1', '10.1.0.0/16,fd12::/16')).toBeUndefined();
  expect(kind('169.254.169.254', '169.254.169.254')).toBeUndefined();
});

test.each([
  'http://2852039166/',
  'http://0xA9FEA9FE/',
  'http://0251.0376.0251.0376/',
  'http://169.254.43518/',
  'http://[::ffff:169.254.169.254]/',
  'http://169.254.169.254./',
  'http://①⑥⑨.254.169.254/',
])('%s is written for 169.254.169.254', (url) => {
  expect(kind(parseLiteralAddress(new URL(url))!)).toBe('the metadata service of a cloud');
});
