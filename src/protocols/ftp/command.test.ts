import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loggable, readCommand, VerbIndex } from './command.ts';
import { TABLE } from './verbs/table.ts';

const verbs = new VerbIndex(TABLE);

function logged(text: string): string {
  const command = readCommand({ kind: 'line', text }, verbs);
  assert.ok(command);
  return loggable(command);
}

test('a verb is found in any case and by any of its names', () => {
  assert.equal(verbs.find('sToR')?.name, 'STOR');
  assert.equal(verbs.find('XCUP')?.name, 'CDUP');
  assert.equal(verbs.find('XYZZY'), undefined);
});

test('all behind one space is the argument', () => {
  const command = readCommand({ kind: 'line', text: 'stor  a b ' }, verbs);
  assert.ok(command?.kind === 'command');
  assert.equal(command.word, 'STOR');
  assert.equal(command.argument, ' a b ');
});

test('a log shows no argument of a verb whose row says that it is secret', () => {
  const secret = TABLE.filter((verb) => verb.secret);
  assert.deepEqual(
    secret.map(({ name }) => name),
    ['PASS', 'ACCT'],
  );
  for (const { name } of secret) {
    assert.equal(logged(`${name.toLowerCase()} hunter2`), `${name} ****`);
  }
});

test('a log shows nothing of the argument of what is no verb: it may be a mistyped password', () => {
  assert.equal(logged('PAS hunter2'), 'PAS (unknown)');
  assert.equal(logged('hunter2'), '(a word that is unknown)');
  assert.equal(logged(' PASS hunter2'), ' (unknown)');
});

test('a log shows nothing of what is refused: it may be meant for another server', () => {
  assert.equal(logged('SITE PSWD old hunter2'), 'SITE ****');
  assert.equal(logged('ADAT hunter2'), 'ADAT ****');
  assert.equal(logged('SITE UTIME 20270131 x'), 'SITE UTIME 20270131 x');
});

test('a log shows no character that a terminal would act on', () => {
  assert.equal(logged('CWD a\u001b[31m\u202eb\u0085'), 'CWD a\\u001b[31m\\u202eb\\u0085');
});
