import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { ALL_PERMISSIONS } from '../../src/base/permission.ts';
import type { Log, LogFields } from '../../src/base/log.ts';
import { TABLE } from '../../src/protocols/ftp/verbs/table.ts';
import { PASSWORD, startLive, type Live } from './live.ts';

/** Every row, those below SITE too. */
const ROWS = TABLE.flatMap((row) => [row, ...(row.subcommands ?? [])]);

/** Arguments that no verb should mind. */
const ARGUMENTS: readonly string[] = [
  '',
  ' ',
  'x',
  'x y z',
  '-1',
  '99999999999999999999999',
  '../../../../etc/passwd',
  '/'.repeat(5000),
  'a/'.repeat(4000),
  'x'.repeat(8000),
  '"',
  '"" "" ""',
  '|',
  '|||||||',
  '|2|::1|1|',
  '1,2,3,4,5,6,7',
  'sha-256=0 size=0 x',
  '20200230000000 x',
  '[!*?[[]',
  '*'.repeat(250),
  '\u00ff\u202e',
  '\r\0',
  '__proto__',
  'constructor',
];

/** Those that end or empty the session, which is what they are for. */
const LEAVING = new Set(['QUIT', 'REIN']);

/** Those that FEAT announces only where the operator has set something up for them. */
const WHERE_SET_UP = new Set(['CCC', 'HOST']);

suite('walks over the verb table', () => {
  let live: Live;
  const logged: string[] = [];

  before(async () => {
    live = await startLive({ log: recorder(logged), flags: { ftpDataTimeout: '1s' } });
    await live.addAccount('walker', { permissions: ALL_PERMISSIONS });
  });
  after(() => live[Symbol.asyncDispose]());

  test('no verb has two rows, and every name is a word in upper case', () => {
    const names = TABLE.flatMap(({ name, aliases = [] }) => [name, ...aliases]);
    assert.deepEqual(
      names,
      names.filter((name, index) => names.indexOf(name) === index),
    );
    for (const name of names) assert.match(name, /^[A-Z0-9]+$/);
    assert.ok(names.length > 50, `only ${names.length} verbs`);
  });

  test('before a login every verb that needs one answers 530, and the others do not', async () => {
    for (const { name, needs, aliases = [] } of TABLE) {
      if (LEAVING.has(name)) continue;
      for (const word of [name, ...aliases]) {
        await using client = await live.connect();
        client.send(`${word} x`);
        const { code } = await client.reply();
        const needsLogin = !needs.includes('greeted') && needs.includes('inside');
        assert.equal(code === 530, needsLogin, `${word}: ${code}`);
      }
    }
  });

  test('no argument ends a session or goes unanswered', async () => {
    for (const { name, data } of ROWS) {
      if (LEAVING.has(name)) continue;
      await using client = await live.logIn('walker');
      for (const argument of ARGUMENTS) {
        if (data) (await client.data()).end().resume();
        // No answer may be taken for that of another command.
        client.send(`${name} ${argument}`);
        client.send('SYST');
        for (;;) {
          const { code, lines } = await client.reply();
          if (code === 215) break;
          assert.ok((code >= 200 && code < 600) || code === 150, `${name} ${argument}: ${code}`);
          assert.doesNotMatch(lines.join('\n'), /\bat .*\.ts:\d|Error:/);
        }
      }
    }
  });

  test('every verb with a required argument answers 501 with its syntax to none, also where no data connection waits', async () => {
    await using client = await live.logIn('walker');
    let count = 0;
    for (const { name, syntax, refusal, needs, subcommands } of ROWS) {
      if (refusal !== undefined || !needs.includes('inside')) continue;
      if (!/^<|^[a-z]/.test(syntax.slice(name.length + 1)) || subcommands) continue;
      const text = await client.say(name, 501);
      assert.equal(text, `Syntax: ${syntax}`);
      count += 1;
    }
    assert.ok(count > 20, `only ${count} verbs were asked`);
  });

  test('HELP lists every verb that is not refused, and tells about each', async () => {
    await using client = await live.connect();
    const list = await client.say('HELP', 214);
    for (const { name, aliases = [], refusal, help } of TABLE) {
      for (const word of [name, ...aliases]) {
        const isListed = list.split(/\s+/).includes(word);
        assert.equal(isListed, refusal === undefined, word);
        assert.ok((await client.say(`HELP ${word}`, 214)).includes(help));
      }
    }
  });

  test('FEAT lists what the rows say and nothing else', async () => {
    await using client = await live.connect();
    const [, ...lines] = (await client.say('FEAT', 211)).split('\n');
    const announced = ROWS.filter(
      ({ name, feat }) => feat !== undefined && !WHERE_SET_UP.has(name),
    );
    assert.equal(lines.length - 1, announced.length);
    for (const { feat } of ROWS) {
      if (typeof feat === 'string') assert.ok(lines.includes(feat), feat);
    }
  });

  test('no password is in the log, whoever said it and however', async () => {
    await using client = await live.connect();
    for (const line of [`PASS ${PASSWORD}`, 'USER anna', `pass ${PASSWORD}`, `PASSS ${PASSWORD}`]) {
      await client.say(line);
    }
    await client.say(`ACCT ${PASSWORD}`);
    assert.ok(logged.some((line) => line.includes('PASS ****')));
    assert.ok(logged.some((line) => line.includes('USER anna')));
    assert.deepEqual(
      logged.filter((line) => line.includes(PASSWORD)),
      [],
    );
  });

  test('nothing on these walks was an unexpected error', () => {
    assert.deepEqual(
      logged.filter((line) => line.startsWith('error')),
      [],
    );
  });
});

/** A log that keeps everything, as text. */
function recorder(lines: string[], fixed: LogFields = {}): Log {
  const at =
    (level: string) =>
    (message: string, fields: LogFields = {}) =>
      void lines.push(`${level} ${message} ${JSON.stringify({ ...fixed, ...fields }, shownError)}`);
  return {
    debug: (message, fields) => at('debug')(message, fields?.()),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    with: (fields) => recorder(lines, { ...fixed, ...fields }),
  };
}

function shownError(_key: string, value: unknown): unknown {
  return value instanceof Error ? String(value.stack) : value;
}
