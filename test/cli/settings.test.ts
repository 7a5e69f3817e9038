import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { runCli } from '../support/run-cli.ts';
import { temporaryFolder } from '../support/temporary.ts';

describe('settings on the command line', () => {
  test('config explain says all there is to say of one key, and knows which was meant', async () => {
    const explained = await runCli(['config', 'explain', 'ftp.idle-timeout'], {
      env: { CARRYON_FTP_IDLE_TIMEOUT: '7m' },
    });
    assert.equal(explained.code, 0, explained.stderr);
    assert.match(explained.stdout, /^ftp\.idle-timeout = 7m$/m);
    assert.match(explained.stdout, /comes from +CARRYON_FTP_IDLE_TIMEOUT$/m);
    const unknown = await runCli(['config', 'explain', 'ftp.idel-timeout']);
    assert.equal(unknown.code, 2);
    assert.match(unknown.stderr, /not a setting; did you mean ftp\.idle-timeout\?/);
  });

  test('a data folder that is misspelled is not made by a command that needs records', async () => {
    await using folder = await temporaryFolder();
    const data = join(folder.path, 'misspelled');
    for (const words of [
      ['account', 'list'],
      ['uploads', 'list'],
      ['backup', 'copy'],
      ['ban', 'add', '192.0.2.7'],
    ]) {
      const { code, stderr } = await runCli([...words, '--data', data]);
      assert.equal(code, 4, words.join(' '));
      assert.match(stderr, /There are no records in .*misspelled: .*--data/);
      assert.ok(!existsSync(data));
    }
    assert.equal((await runCli(['account', 'add', 'ann', '--data', data])).code, 0);
    assert.equal((await runCli(['account', 'list', '--data', data])).code, 0);
  });

  test('import prints settings that config check takes, and remarks apart from them', async () => {
    await using folder = await temporaryFolder();
    const theirs = join(folder.path, 'vsftpd.conf');
    await writeFile(theirs, 'listen_port=2100\nanonymous_enable=YES\n');
    const imported = await runCli(['import', theirs]);
    assert.equal(imported.code, 0, imported.stderr);
    assert.match(imported.stderr, /line 2, anonymous_enable YES: there is no anonymous login/);
    const ours = join(folder.path, 'carryon.toml');
    await writeFile(ours, imported.stdout);
    assert.equal((await runCli(['config', 'check', '--config', ours])).code, 0);
    const strange = join(folder.path, 'other.conf');
    await writeFile(strange, '');
    const refused = await runCli(['import', strange]);
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /--from vsftpd\|pure-ftpd\|proftpd/);
  });
});
