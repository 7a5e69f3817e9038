/**
 * `npm run docs:picture`: draws docs/progress.svg anew. Runs the client in a real terminal (tmux)
 * against a real server, over a line that is cut, and takes a picture when there is most to see.
 */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { MiB } from '../../src/base/size.ts';
import { openHouse } from '../cli/client-house.ts';
import { writeNoise } from '../cuts/content.ts';
import { CuttingLine } from '../cuts/cutting-line.ts';
import { drawTerminal } from './svg.ts';

const COLUMNS = 92;
const ROWS = 16;
const FILES = ['Überfahrt 01.mkv', '録画 02.mkv', 'backup.tar', 'notes.tar'];
const URL = 'ftp://demo@server/films/';

const run = promisify(execFile);

await using parts = new AsyncDisposableStack();
const house = parts.use(await openHouse());
const line = parts.use(
  await CuttingLine.open({
    serverPort: house.server.port,
    bytesPerSecond: 12 * MiB,
    direction: 'up',
    // Only one of them is cut.
    faults: [
      {
        kind: 'rst',
        channel: 'data',
        direction: 'up',
        at: 30 * MiB,
        both: true,
        end: 'rst',
        rate: 0,
      },
    ],
    keptNow: () => 0,
  }),
);
for (const [index, name] of FILES.entries()) {
  await writeNoise(join(house.here, name), (96 + 24 * index) * MiB, index);
}
const main = join(import.meta.dirname, '../../src/main.ts');
const urlOf = (port: number) => `ftp://demo@127.0.0.1:${port}/films/`;
const env = { ...process.env, ...house.env, NO_COLOR: '', CI: '', TERM: 'screen-256color' };
const tmux = async (...words: readonly string[]) => {
  const { stdout } = await run('tmux', ['-L', `picture-${process.pid}`, ...words], {
    cwd: house.here,
    env,
  });
  return stdout;
};
parts.defer(async () => void (await tmux('kill-server')));
const put = (port: number) => `"${process.execPath}" "${main}" put -p -P 3 * "${urlOf(port)}"`;
const script = `begin() { ${put(house.server.port)} --limit-rate 30M; }; again() { ${put(line.port)}; }`;
await tmux('new-session', '-d', '-x', String(COLUMNS), '-y', String(ROWS), 'bash --norc -i');
const type = (text: string) => tmux('send-keys', text, 'Enter');
await type(`PS1=; ${script}; stty -echo; clear`);
await type('begin');
await until(/ 4\d% /);
// What has come is kept, and shown as what was there when it goes on.
await tmux('send-keys', 'C-c');
await until(/To go on/);
await type('clear');
await type('again');
const seen = await until(/retry/, /:::/);
const lines = seen.trim().split('\n');
const shown = [`\u001b[1m$ carryon put -P 3 * ${URL}\u001b[0m`, ...lines];
await writeFile(join(import.meta.dirname, '../../docs/progress.svg'), drawTerminal(shown, COLUMNS));

/** What the terminal shows, as soon as it shows all of this. */
async function until(...patterns: readonly RegExp[]): Promise<string> {
  for (let looks = 0; looks < 1200; looks += 1) {
    const screen = await tmux('capture-pane', '-e', '-p');
    if (patterns.every((pattern) => pattern.test(screen))) return screen;
    await sleep(100);
  }
  throw new Error(`Not seen: ${patterns.join(', ')}\n${await tmux('capture-pane', '-p')}`);
}
