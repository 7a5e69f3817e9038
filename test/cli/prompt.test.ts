import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../support/temporary.ts';

const PROMPT = join(import.meta.dirname, '../../src/cli/credentials/prompt.ts');

const PROGRAM = `
  import { readdirSync, readlinkSync } from 'node:fs';
  import { promptSecret } from ${JSON.stringify(PROMPT)};
  const open = () => readdirSync('/proc/self/fd').filter((fd) => {
    try { return /tty|pts/.test(readlinkSync('/proc/self/fd/' + fd)); } catch { return false; }
  }).length;
  const ask = () => promptSecret('Secret? ', new AbortController().signal);
  // With the first raw mode of a process a descriptor is kept to undo it at the end.
  await ask();
  const before = open();
  const typed = await ask();
  console.log(JSON.stringify([typed, open() - before]));
`;

/** Gives a program a terminal; of util-linux, and so not everywhere. */
const SCRIPT = 'script';

const hasScript = process.platform === 'linux' && spawnSync(SCRIPT, ['--version']).status === 0;

test(
  'a secret is asked for at the terminal, is not shown, and leaves nothing open',
  {
    skip: !hasScript,
  },
  async () => {
    await using folder = await temporaryFolder();
    const main = join(folder.path, 'main.mjs');
    await writeFile(main, PROGRAM);
    const command = `"${process.execPath}" "${main}"`;
    const child = spawn(SCRIPT, ['-qefc', command, '/dev/null']);
    let shown = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      shown += text;
      if (shown.endsWith('Secret? ')) child.stdin.write('wrong\u0015hux\u007fsh-hush\r');
    });
    const [code] = (await once(child, 'close')) as [number];
    assert.equal(code, 0, shown);
    assert.match(shown, /^(?:Secret\? \r?\n){2}\["hush-hush",0\]\r?\n$/);
  },
);
