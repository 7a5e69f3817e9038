import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { readProxyHeader } from './proxy-protocol.ts';
import { WireError } from './wire-error.ts';

const MOST = 4096;
const read = (text: string) => readProxyHeader(Buffer.from(text, 'latin1'), MOST);

/** A header of version 2, as the proxy-protocol.txt of HAProxy §2.2 has it. */
function binary(command: number, kind: number, rest: Uint8Array): Buffer {
  const fixed = Buffer.from('\r\n\r\n\0\r\nQUIT\n\0\0\0\0', 'latin1');
  fixed[12] = command;
  fixed[13] = kind;
  fixed.writeUInt16BE(rest.length, 14);
  return Buffer.concat([fixed, rest]);
}

const V4 = Buffer.of(192, 0, 2, 7, 198, 51, 100, 1, 0xc0, 0, 0, 21);
const V6 = Buffer.from('20010db8000000000000000000000007'.repeat(2) + 'c0000015', 'hex');

test('a line tells both ends, and how long it was', () => {
  assert.deepEqual(read('PROXY TCP4 192.0.2.7 198.51.100.1 49152 21\r\nUSER anna\r\n'), {
    length: 44,
    told: { source: '192.0.2.7', destination: '198.51.100.1' },
  });
  assert.deepEqual(read('PROXY TCP6 2001:DB8:0::7 ::1 0 65535\r\n')?.told, {
    source: '2001:db8::7',
    destination: '::1',
  });
  assert.equal(read('PROXY TCP6 ::ffff:192.0.2.7 ::1 1 2\r\n')?.told?.source, '192.0.2.7');
});

test('UNKNOWN is the connection of the proxy itself, whatever follows', () => {
  assert.deepEqual(read('PROXY UNKNOWN\r\n'), { length: 15, told: undefined });
  assert.equal(read('PROXY UNKNOWN ffff::1 nonsense 0 0\r\n')?.told, undefined);
});

test('a line that is not exactly one is refused', () => {
  for (const line of [
    'PROXY TCP4 192.0.2.7 198.51.100.1 49152\r\n',
    'PROXY TCP4 192.0.2.7 198.51.100.1 49152 21 \r\n',
    'PROXY TCP4  192.0.2.7 198.51.100.1 49152 21\r\n',
    'PROXY TCP4 192.0.2.07 198.51.100.1 49152 21\r\n',
    'PROXY TCP4 192.0.2.256 198.51.100.1 49152 21\r\n',
    'PROXY TCP4 ::1 ::1 1 2\r\n',
    'PROXY TCP6 192.0.2.7 ::1 1 2\r\n',
    'PROXY TCP6 fe80::1%eth0 ::1 1 2\r\n',
    'PROXY TCP4 192.0.2.7 198.51.100.1 65536 21\r\n',
    'PROXY TCP4 192.0.2.7 198.51.100.1 010 21\r\n',
    'PROXY TCP4 192.0.2.7 198.51.100.1 -1 21\r\n',
    'PROXY UDP4 192.0.2.7 198.51.100.1 1 21\r\n',
    'PROXY UNKNOWNX\r\n',
    'PROXY TCP4 192.0.2.7 198.51.100.1 1 21\nUSER anna\r\n',
    `PROXY UNKNOWN ${'x'.repeat(93)}`,
  ]) {
    assert.throws(() => read(line), WireError, line);
  }
});

test('the binary form tells both ends, and what is added to them is skipped', () => {
  const header = binary(0x21, 0x11, Buffer.concat([V4, Buffer.of(4, 0, 2, 0xff, 0xff)]));
  const bytes = Buffer.concat([header, Buffer.from('USER anna')]);
  assert.deepEqual(readProxyHeader(bytes, MOST), {
    length: header.length,
    told: { source: '192.0.2.7', destination: '198.51.100.1' },
  });
  assert.deepEqual(readProxyHeader(binary(0x21, 0x21, V6), MOST)?.told, {
    source: '2001:db8::7',
    destination: '2001:db8::7',
  });
});

test('LOCAL, what has no family, and a socket of the machine are the proxy itself', () => {
  for (const header of [
    binary(0x20, 0, Buffer.alloc(0)),
    binary(0x20, 0x11, V4),
    binary(0x20, 0xff, Buffer.alloc(300)),
    binary(0x21, 0, Buffer.alloc(7)),
    binary(0x21, 0x31, Buffer.alloc(216)),
  ]) {
    assert.deepEqual(readProxyHeader(header, MOST), { length: header.length, told: undefined });
  }
});

test('a binary header that cannot be one is refused as soon as that is seen', () => {
  for (const header of [
    binary(0x11, 0x11, V4),
    binary(0x22, 0x11, V4),
    binary(0x21, 0x41, V4),
    binary(0x21, 0x13, V4),
    binary(0x21, 0x12, V4),
    binary(0x21, 0x11, V4.subarray(0, 11)),
    binary(0x21, 0x21, V4),
    binary(0x21, 0x11, Buffer.alloc(MOST)).subarray(0, 16),
  ]) {
    assert.throws(() => readProxyHeader(header, MOST), WireError, header.toString('hex', 0, 16));
  }
});

test('what other protocols say first is refused with the first byte that differs', () => {
  for (const said of ['USER anna\r\n', 'PROXX', '\r\n\r\nX', '\x16\x03\x01', 'G', 'PASS x\r\n']) {
    assert.throws(() => read(said), WireError, said);
  }
});

test('a header that comes in pieces is waited for, and says the same in the end', () => {
  const lines = ['PROXY TCP4 192.0.2.7 198.51.100.1 49152 21\r\n', 'PROXY UNKNOWN\r\n'];
  const headers = [...lines.map((line) => Buffer.from(line)), binary(0x21, 0x21, V6)];
  for (const header of headers) {
    for (let length = 0; length < header.length; length += 1) {
      assert.equal(readProxyHeader(header.subarray(0, length), MOST), undefined);
    }
    assert.equal(readProxyHeader(header, MOST)?.length, header.length);
  }
});

test('whatever comes, it is a header, the beginning of one, or refused', () => {
  const beginnings = fc.constantFrom('', 'PROXY ', 'PROXY TCP4 1.', '\r\n\r\n\0\r\nQUIT\n');
  fc.assert(
    fc.property(beginnings, fc.uint8Array({ maxLength: 200 }), (beginning, rest) => {
      const bytes = Buffer.concat([Buffer.from(beginning, 'latin1'), rest]);
      try {
        const header = readProxyHeader(bytes, MOST);
        assert.ok(header === undefined || header.length <= bytes.length);
      } catch (error) {
        assert.ok(error instanceof WireError);
      }
    }),
  );
});
