import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { suite, test } from 'node:test';
import { runCli } from '../support/run-cli.ts';

/** What Tab offers behind these words, as bash itself says. */
async function offered(...words: readonly string[]): Promise<readonly string[]> {
  const { stdout: script } = await runCli(['completion', 'bash']);
  const typed = ['carryon', ...words].map((word) => `'${word}'`).join(' ');
  const lines = `${script}\nCOMP_WORDS=(${typed}); COMP_CWORD=${words.length}; _carryon\nprintf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', lines], { encoding: 'utf8' });
  assert.equal(stderr, '');
  return stdout.split('\n').filter(Boolean);
}

suite('the completion of the command line', () => {
  test('bash offers words, their words, flags and what flags can be', async () => {
    assert.deepEqual(await offered('pu'), ['put']);
    assert.deepEqual(await offered('queue', 're'), ['remove']);
    assert.deepEqual(await offered('put', 'film', '--require'), ['--require-verify']);
    assert.deepEqual(await offered('put', ''), []);
    assert.deepEqual(await offered('get', '--verify', ''), ['auto', 'full', 'size']);
  });

  for (const shell of ['bash', 'zsh', 'fish'] as const) {
    const isHere = spawnSync(shell, ['--version']).status === 0;
    test(`what ${shell} is given can be read by it`, { skip: !isHere }, async () => {
      const { stdout: input } = await runCli(['completion', shell]);
      const { status, stderr } = spawnSync(shell, ['-n'], { input, encoding: 'utf8' });
      assert.deepEqual([status, stderr], [0, '']);
    });
  }

  test('another shell is refused (2)', async () => {
    assert.equal((await runCli(['completion', 'tcsh'])).code, 2);
  });
});
