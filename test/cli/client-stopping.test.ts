import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { until } from '../peers/support/wait.ts';
import { startProgram } from '../support/program.ts';
import { runCli } from '../support/run-cli.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { type House, openHouse } from './client-house.ts';

const MiB = 2 ** 20;

/** Between two texts that are drawn: ends of lines, and what moves the cursor or clears. */
// oxlint-disable-next-line no-control-regex -- the terminal is told by ESC
const CONTROL = /\r?\n|\u001b\[[\d?]*[A-Za-z]|\r/;

/** Gives a program a terminal; of util-linux, and so not everywhere. */
const SCRIPT = 'script';

suite('stopping and going on', { timeout: 300_000 }, () => {
  let house: House;
  before(async () => {
    house = await openHouse();
  });
  after(() => house[Symbol.asyncDispose]());

  /** Runs it until so many bytes have moved, then sends the signal. */
  async function stopped(words: readonly string[], signal: NodeJS.Signals) {
    const program = startProgram([...words, '--json'], { cwd: house.here, env: house.env });
    const { promise: isMoving, resolve } = Promise.withResolvers<void>();
    program.child.stdout.on('data', () => {
      const bytes = /"phase":"transferring","bytes":(\d+)/g;
      const moved = [...program.output.stdout.matchAll(bytes)].map(([, count]) => Number(count));
      if (Math.max(0, ...moved) >= MiB) resolve();
    });
    await Promise.race([isMoving, program.exited]);
    program.child.kill(signal);
    return { ...(await program.exited), ...program.output };
  }

  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    test(`${signal} keeps what has come, says how to go on, and ends with ${code}`, async () => {
      const name = `film ${signal}.mkv`;
      const content = randomBytes(12 * MiB);
      await writeFile(join(house.here, name), content);
      const url = house.url.replace('demo@', `demo:${encodeURIComponent(house.password)}@`);
      const cut = await stopped(['put', '--limit-rate', '3M', name, url], signal);
      assert.equal(cut.code, code, cut.stderr);
      assert.match(
        cut.stderr,
        /To go on:\n {2}\S.* put --limit-rate 3M 'film SIG[A-Z]+\.mkv' ftp:/,
      );
      assert.ok(!(cut.stderr + cut.stdout).includes(house.password));
      assert.ok(!(cut.stderr + cut.stdout).includes(encodeURIComponent(house.password)));
      const again = await house.run(['put', name, house.url]);
      assert.equal(again.code, 0, again.stderr);
      assert.match(again.stderr, /resumed, verified sha-256/);
      assert.deepEqual(await readFile(join(house.home, name)), content);

      const get = ['get', `${house.url}${encodeURIComponent(name)}`, `back-${signal}`];
      const cutGet = await stopped([...get, '--limit-rate', '3M'], signal);
      assert.equal(cutGet.code, code, cutGet.stderr);
      const whole = await house.run(get);
      assert.equal(whole.code, 0, whole.stderr);
      assert.match(whole.stderr, /resumed, verified sha-256/);
      assert.deepEqual(await readFile(join(house.here, `back-${signal}`)), content);
    });
  }

  test('whoever has read enough is not told about it', async () => {
    await writeFile(join(house.here, 'big'), randomBytes(4 * MiB));
    assert.equal((await house.run(['put', 'big', house.url])).code, 0);
    for (const words of [['cat', `${house.url}big`], ['completion', 'bash'], ['--help']]) {
      const { child, exited, output } = startProgram(words, { env: house.env });
      if (words[0] === 'cat') await Promise.race([once(child.stdout, 'data'), exited]);
      child.stdout.destroy();
      assert.equal((await exited).code, 141, output.stderr);
      assert.equal(output.stderr, '');
    }
  });

  test(
    'results that cannot be written are an error (7)',
    { skip: !existsSync('/dev/full') },
    () => {
      const main = join(import.meta.dirname, '../../src/main.ts');
      const full = openSync('/dev/full', 'w');
      const { status, stderr } = spawnSync(process.execPath, [main, '--help'], {
        stdio: ['ignore', full, 'pipe'],
        encoding: 'utf8',
      });
      closeSync(full);
      assert.equal(status, 7);
      assert.match(stderr, /^carryon: The results cannot be written: ENOSPC.*\n$/);
    },
  );

  test('a server goes on when nobody reads what it says any more', async () => {
    await using folder = await temporaryFolder();
    const program = startProgram(['serve', '--data', folder.path, '--ftp', '127.0.0.1:0']);
    program.child.stdout.destroy();
    program.child.stderr.destroy();
    try {
      const who = ['who', '--data', folder.path];
      await until('it serves', async () => (await runCli(who)).code === 0);
    } finally {
      program.child.kill('SIGTERM');
    }
    assert.deepEqual(await program.exited, { code: 0, signal: null });
  });

  test('at a terminal a line is drawn over and over, and the cursor comes back', async (context) => {
    await writeFile(join(house.here, 'drawn-日本語.bin'), randomBytes(4 * MiB));
    const main = join(import.meta.dirname, '../../src/main.ts');
    const command = `stty cols 70 rows 10; "${process.execPath}" "${main}" put --limit-rate 2M drawn-* ${house.url}`;
    const child = spawn(SCRIPT, ['-qefc', command, '/dev/null'], {
      cwd: house.here,
      env: { ...process.env, ...house.env, TERM: 'xterm', CI: '' },
    });
    let drawn = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      drawn += text;
    });
    const failed = once(child, 'error').then(() => 'missing');
    const ended = once(child, 'close').then(([code]) => code as number);
    const code = await Promise.race([ended, failed]);
    if (code === 'missing') return context.skip('script(1) is not there');
    assert.equal(code, 0, drawn);
    const lines = drawn.split(CONTROL);
    assert.ok(
      lines.some((line) => /^drawn-日本語\.bin {2,}\d+% {2}.*MiB\/s {2}ETA/.test(line)),
      drawn,
    );
    assert.ok(!drawn.includes('100%'));
    assert.ok(drawn.lastIndexOf('\u001b[?25h') > drawn.lastIndexOf('\u001b[?25l'));
    assert.match(drawn, /verified sha-256/);
  });
});
