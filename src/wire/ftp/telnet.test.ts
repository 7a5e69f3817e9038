import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ATTENTION, NOTHING, TelnetFilter } from './telnet.ts';

function feed(...bytes: readonly number[]): number[] {
  const filter = new TelnetFilter();
  return bytes.map((byte) => filter.feed(byte));
}

test('every byte but IAC is data', () => {
  const bytes = Array.from({ length: 255 }, (_, byte) => byte);
  assert.deepEqual(feed(...bytes), bytes);
});

test('a doubled IAC is one data byte', () => {
  assert.deepEqual(feed(0xff, 0xff, 0x41), [NOTHING, 0xff, 0x41]);
});

test('an offer or demand of an option is dropped with its option, whatever that is', () => {
  for (const verb of [0xfb, 0xfc, 0xfd, 0xfe]) {
    for (const option of [0x01, 0x0a, 0x41, 0xff]) {
      assert.deepEqual(feed(0xff, verb, option, 0x42), [NOTHING, NOTHING, NOTHING, 0x42]);
    }
  }
});

test('Interrupt Process and Data Mark call for attention', () => {
  assert.deepEqual(feed(0xff, 0xf4, 0xff, 0xf2), [NOTHING, ATTENTION, NOTHING, ATTENTION]);
});

test('other commands, such as NOP and Are You There, mean nothing', () => {
  for (const command of [0xec, 0xef, 0xf0, 0xf1, 0xf3, 0xf5, 0xf6, 0xf9, 0xfa]) {
    assert.deepEqual(feed(0xff, command, 0x41), [NOTHING, NOTHING, 0x41]);
  }
});

test('an IAC whose command was lost as urgent data leaves the byte behind it alone', () => {
  for (const byte of [0x0a, 0x0d, 0x41, 0x7e, 0xc3]) {
    assert.deepEqual(feed(0xff, byte), [NOTHING, byte]);
  }
});

test('a filter is unfinished exactly in the middle of a command', () => {
  const filter = new TelnetFilter();
  const states = [0x41, 0xff, 0xfb, 0x01, 0xff, 0xff].map((byte) => {
    filter.feed(byte);
    return filter.unfinished;
  });
  assert.deepEqual(states, [false, true, true, false, true, false]);
});
