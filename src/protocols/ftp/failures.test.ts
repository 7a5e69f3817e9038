import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CODES, Failure } from '../../base/failure.ts';
import { replyTo } from './failures.ts';

/** What RFC 959 §5.4 allows behind a 150, with 421 and with what RFC 1123 and we add. */
const FINAL = new Set([421, 425, 426, 450, 451, 452, 550, 551, 552, 553, 554]);

test('every failure has a reply in every situation, and its sentence is told', () => {
  for (const code of CODES) {
    for (const situation of ['asking', 'naming', 'flowing'] as const) {
      const { code: reply, lines } = replyTo(new Failure(code, 'Because'), situation);
      assert.ok(FINAL.has(reply), `${code} while ${situation}: ${reply}`);
      assert.deepEqual(lines, ['Because']);
    }
  }
});

test('what is no failure of ours is told in general words, without anything of its own', () => {
  const { code, lines } = replyTo(new TypeError('secret at /home/x.ts:1:1'), 'asking');
  assert.equal(code, 451);
  assert.doesNotMatch(lines.join(' '), /secret|TypeError|\.ts/);
});

test('a sentence cannot break out of its line', () => {
  const { lines } = replyTo(new Failure('not-found', 'a\r\n226 b\0'), 'asking');
  assert.deepEqual(lines, ['a 226 b ']);
});

test('a name that is refused is 553 where something gets it and 550 elsewhere', () => {
  const failure = new Failure('name-refused', 'No');
  assert.equal(replyTo(failure, 'naming').code, 553);
  assert.equal(replyTo(failure, 'asking').code, 550);
});
