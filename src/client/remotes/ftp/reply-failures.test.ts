import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { failureOf, shown, troubleOf } from './reply-failures.ts';

function reply(code: number, ...lines: readonly string[]) {
  return { code, lines };
}

describe('a refusal', () => {
  test('means one thing for each code, and what its first digit says if it is not known', () => {
    const troubles = [421, 425, 426, 450, 451, 452, 499, 500, 501, 530, 550, 552, 554, 599, 350];
    assert.deepEqual(
      troubles.map((code) => [code, troubleOf(reply(code))]),
      [
        [421, 'busy'],
        [425, 'unreachable'],
        [426, 'connection-lost'],
        [450, 'busy'],
        [451, 'busy'],
        [452, 'no-room'],
        [499, 'busy'],
        [500, 'unsupported'],
        [501, 'refused'],
        [530, 'login-refused'],
        [550, 'refused'],
        [552, 'no-room'],
        [554, 'offset-refused'],
        [599, 'refused'],
        [350, 'protocol-broken'],
      ],
    );
  });

  test('names the offset that would do, in every sentence of our own server', () => {
    for (const [sentence, offset] of [
      ['The file has only 12 bytes', 12],
      ['Only 0 bytes of this upload are here', 0],
      ['This file has been completed meanwhile and has 7 bytes: ask for its size again', 7],
      ['An unfinished upload of 9 bytes waits to replace this file: continue it there', 9],
      ['There is nothing to continue here', undefined],
      ['only 99999999999999999 bytes', undefined],
    ] as const) {
      assert.equal(failureOf(reply(554, sentence), 'go on').offset, offset, sentence);
    }
    assert.equal(failureOf(reply(550, 'The file has only 12 bytes'), 'go on').offset, undefined);
  });

  test('is shown in one line, without anything that moves a cursor, and not endlessly', () => {
    assert.equal(shown(reply(550, 'a\u001b[2J', 'b\r\nc')), '550 a [2J b c');
    assert.ok(shown(reply(550, 'x'.repeat(10_000))).length < 400);
  });
});
