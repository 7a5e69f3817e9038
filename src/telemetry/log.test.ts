import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { Failure } from '../base/failure.ts';
import type { ErrorFields } from './error-fields.ts';
import { createLog, type LogOptions } from './log.ts';

/** A log and the lines it wrote. */
function captured(options: Partial<LogOptions> = {}, isTTY = false) {
  const lines: string[] = [];
  const destination = { isTTY, write: (line: string) => void lines.push(line) };
  return { lines, log: createLog({ level: 'info', format: 'auto', destination, ...options }) };
}

function parsed(lines: readonly string[]): Record<string, unknown>[] {
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

test('a machine reads one JSON object a line, with time, level, message and fields', () => {
  const { log, lines } = captured();
  log.info('A session has begun', { account: 'ann', size: 2n ** 60n });
  const [line] = parsed(lines);
  assert.match(String(line?.['time']), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  assert.deepEqual(Object.keys(line ?? {}), ['level', 'time', 'account', 'size', 'message']);
  assert.equal(line?.['level'], 'info');
  assert.equal(line?.['message'], 'A session has begun');
});

test('a level below the chosen one is not written', () => {
  const { log, lines } = captured({ level: 'warn' });
  log.debug('a');
  log.info('b');
  log.warn('c');
  log.error('d');
  assert.deepEqual(
    parsed(lines).map((line) => line['level']),
    ['warn', 'error'],
  );
});

test('a log made with fields adds them to each line', () => {
  const { log, lines } = captured();
  log.with({ session: 's1' }).with({ account: 'ann' }).info('here', { bytes: 1 });
  const [{ session, account, bytes } = {}] = parsed(lines);
  assert.deepEqual([session, account, bytes], ['s1', 'ann', 1]);
});

test('a password or secret is never written, wherever it comes from', () => {
  for (const format of ['json', 'pretty'] as const) {
    const { log, lines } = captured({ format });
    const secret = 'hunter2';
    log.info('one', { password: secret, secret });
    log.info('two', { login: { password: secret, secret } });
    log.with({ password: secret, login: { secret } }).info('three');
    assert.equal(lines.length, 3);
    assert.doesNotMatch(lines.join(''), /hunter2/);
    assert.match(lines.join(''), /\[redacted\]/);
  }
});

test('a field cannot pretend to be the time, the level or the message', () => {
  const { log, lines } = captured();
  log.info('true', { level: 'error', message: 'false', time: 0 });
  const [line] = parsed(lines);
  assert.deepEqual(
    [line?.['level'], line?.['level_'], line?.['message'], line?.['message_']],
    ['info', 'error', 'true', 'false'],
  );
});

test('a message is no format string', () => {
  const { log, lines } = captured();
  log.info('100%d %s %%');
  assert.equal(parsed(lines)[0]?.['message'], '100%d %s %%');
});

test('an error is written with its code, its stack and its causes', () => {
  const { log, lines } = captured();
  const cause = Object.assign(new Error('EIO: read'), { code: 'EIO' });
  log.error('It failed', { error: new Failure('storage-failed', 'Sorry', { cause }) });
  const error = parsed(lines)[0]?.['error'] as ErrorFields & { cause: ErrorFields };
  assert.deepEqual([error.type, error.code], ['Failure', 'storage-failed']);
  assert.match(error.stack, /log\.test\.ts/);
  assert.deepEqual([error.cause.message, error.cause.code], ['EIO: read', 'EIO']);
});

test('an error that is its own cause is still written', () => {
  const { log, lines } = captured();
  const error = new Error('round');
  error.cause = error;
  log.error('It failed', { error });
  assert.equal(lines.length, 1);
});

test('people read one line: time, level, message, fields', () => {
  const { log, lines } = captured({ format: 'pretty' });
  log.warn('Something is odd', { file: '/a/b.txt', note: 'two words', count: 3, none: null });
  assert.match(
    lines[0] ?? '',
    /^\d\d:\d\d:\d\d\.\d{3} WARN {2}Something is odd {2}file=\/a\/b\.txt {2}note="two words" {2}count=3 {2}none=null\n$/,
  );
});

test('people read an error with its causes, and where it was thrown if it is a mistake', () => {
  const { log, lines } = captured({ format: 'pretty' });
  log.error('No', { error: new Failure('storage-failed', 'Sorry', { cause: new Error('EIO') }) });
  log.error('No', { error: new TypeError('x is not a function') });
  log.error('No', { error: new Error('odd', { cause: 'no error at all' }) });
  assert.match(lines[0] ?? '', /error="Failure: Sorry ← EIO"\n$/);
  assert.match(
    lines[1] ?? '',
    /error="TypeError: x is not a function \(at .*log\.test\.ts:.*\)"\n$/,
  );
  assert.match(lines[2] ?? '', /error="Error: odd ← no error at all \(/);
});

test('what came from outside cannot steer the terminal of people', () => {
  const { log, lines } = captured({ format: 'pretty' });
  log.info('a\u001b[2Jb\nc', { 'key\u001b': 'v\u001b]0;x\u0007', c1: '\u009b31m', name: '\udcff' });
  assert.equal(lines.length, 1);
  // oxlint-disable-next-line no-control-regex -- these are what must not be there
  assert.match(lines[0] ?? '', /^[^\u0000-\u001f\u007f-\u009f]*\n$/);
  assert.match(lines[0] ?? '', /a\\u001b\[2Jb\\u000ac/);
});

test('auto means people at a terminal, in colour, and machines anywhere else', () => {
  const terminal = captured({}, true);
  terminal.log.info('hello');
  assert.match(terminal.lines[0] ?? '', /INFO .* hello\n$/);
  const pipe = captured({}, false);
  pipe.log.info('hello');
  assert.match(pipe.lines[0] ?? '', /^\{.*\}\n$/);
});

test('lines reach stderr even if the process exits at once', () => {
  for (const format of ['json', 'pretty']) {
    const source = `
      import { createLog } from ${JSON.stringify(join(import.meta.dirname, 'log.ts'))};
      const log = createLog({ level: 'info', format: '${format}' });
      for (let line = 0; line < 1000; line += 1) log.info('line ' + line);
      process.exit(0);
    `;
    const child = spawnSync(process.execPath, ['--input-type=module', '--eval', source]);
    const lines = child.stderr.toString().trimEnd().split('\n');
    assert.equal(lines.length, 1000);
    assert.match(lines[999] ?? '', /line 999/);
  }
});
