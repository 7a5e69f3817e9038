import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { formatHostPort, formatPortRange, parseHostPort, parsePortRange } from './address.ts';

test('a host is a name, an IPv4 address, or an IPv6 address in brackets', () => {
  assert.deepEqual(parseHostPort('0.0.0.0:2121'), { host: '0.0.0.0', port: 2121 });
  assert.deepEqual(parseHostPort('[::]:21'), { host: '::', port: 21 });
  assert.deepEqual(parseHostPort(' files.example.org:0 '), { host: 'files.example.org', port: 0 });
});

test('what cannot be listened on is refused', () => {
  const refused = [
    '',
    '2121',
    ':2121',
    'localhost',
    'localhost:',
    'localhost:65536',
    'localhost:2121x',
    '::1:21',
    '[127.0.0.1]:21',
    '[::1]',
    '300.1.1.1:21',
    'a b:21',
    '-a:21',
  ];
  for (const text of refused) assert.equal(parseHostPort(text), undefined, text);
});

test('what is written is read as the same address', () => {
  const host = fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain());
  fc.assert(
    fc.property(host, fc.nat(65_535), (host, port) => {
      assert.deepEqual(parseHostPort(formatHostPort({ host, port })), { host, port });
    }),
  );
});

test('any text is either refused or an address with a possible port', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const parsed = parseHostPort(text);
      assert.ok(parsed === undefined || (parsed.port >= 0 && parsed.port <= 65_535));
    }),
  );
});

test('a range of ports includes both ends and may be one port', () => {
  assert.deepEqual(parsePortRange('50000-50999'), { first: 50_000, last: 50_999 });
  assert.deepEqual(parsePortRange('50000'), { first: 50_000, last: 50_000 });
  for (const text of ['', '-', '2-1', '0-5', '1-65536', '1-2-3', 'a-b']) {
    assert.equal(parsePortRange(text), undefined, text);
  }
});

test('what is written is read as the same range', () => {
  const port = fc.integer({ min: 1, max: 65_535 });
  fc.assert(
    fc.property(port, port, (one, other) => {
      const range = { first: Math.min(one, other), last: Math.max(one, other) };
      assert.deepEqual(parsePortRange(formatPortRange(range)), range);
    }),
  );
});
