import assert from 'node:assert/strict';
import { test } from 'node:test';
import { array, assert as check, constantFrom, property } from 'fast-check';
import { FromWire, ToWire } from './ascii.ts';

/** Bytes in which line ends are frequent, cut into chunks. */
const chunks = array(
  array(constantFrom(0x0d, 0x0a, 0x41, 0xff), { maxLength: 6 }).map((bytes) => Buffer.from(bytes)),
  { maxLength: 8 },
);

function toWire(parts: readonly Buffer[]): Buffer {
  const ascii = new ToWire();
  return Buffer.concat(parts.map((part) => ascii.convert(part)));
}

function fromWire(parts: readonly Buffer[]): Buffer {
  const ascii = new FromWire();
  return Buffer.concat([...parts.map((part) => ascii.convert(part)), ascii.end()]);
}

test('a bare LF goes out as CRLF, and CRLF as it is', () => {
  assert.equal(toWire([Buffer.from('a\nb\r\n\n')]).toString(), 'a\r\nb\r\n\r\n');
});

test('CRLF comes in as LF, and a lone CR stays', () => {
  assert.equal(fromWire([Buffer.from('a\r\nb\rc\n\r')]).toString(), 'a\nb\rc\n\r');
});

test('where the chunks are cut makes no difference to what goes out', () => {
  check(
    property(chunks, (parts) => assert.deepEqual(toWire(parts), toWire([Buffer.concat(parts)]))),
  );
});

test('where the chunks are cut makes no difference to what comes in', () => {
  check(
    property(chunks, (parts) =>
      assert.deepEqual(fromWire(parts), fromWire([Buffer.concat(parts)])),
    ),
  );
});

test('a text with LF line ends survives the way out and in again', () => {
  check(
    property(chunks, (parts) => {
      const text = Buffer.from(Buffer.concat(parts).filter((byte) => byte !== 0x0d));
      assert.deepEqual(fromWire([toWire([text])]), text);
    }),
  );
});
