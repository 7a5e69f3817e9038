import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir } from 'node:fs/promises';
import { Failure } from '../../base/failure.ts';
import { printable } from '../../telemetry/printable.ts';
import { Bookmarks } from '../bookmarks/bookmarks.ts';
import { listBookmarks } from '../bookmarks/commands.ts';
import { Ended } from '../exit-codes.ts';
import { columns, say } from '../output.ts';
import { localPath } from './shell.ts';
import { ANY, type Call, type Verb } from './verb.ts';

/** What other programs have to be told before files come through whole. */
const UNNEEDED =
  'bin image ascii type mode form struct tick passive epsv epsv4 epsv6 prompt hash bell glob verbose'.split(
    ' ',
  );

/** What concerns this machine, the shell itself and what runs in its background. */
export const HERE: readonly Verb[] = [
  {
    name: 'open',
    usage: 'URL',
    about: 'go to another server',
    words: [1, 1],
    completes: ['bookmark'],
    run: async ({ shell, words, job }) =>
      shell.open(await new Bookmarks().resolve(words[0]?.text ?? ''), job),
  },
  {
    name: 'bookmark',
    usage: '[add NAME [URL] | remove NAME]',
    about: 'show the short names for URLs; keep this place under one, or forget it',
    words: [0, 3],
    completes: ['nothing', 'bookmark', 'bookmark'],
    run: bookmark,
  },
  {
    name: 'status',
    usage: '',
    about: 'say where this is, there and here',
    words: [0, 0],
    completes: [],
    run: ({ shell }) => {
      say(shell.isOpen ? shell.site.url(shell.cwd) : 'No server is open', process.cwd());
    },
  },
  {
    name: 'history',
    usage: '[COUNT]',
    about: 'show what was typed; Ctrl-R searches in it',
    words: [0, 1],
    completes: ['nothing'],
    run: ({ shell, words }) => {
      const wanted = words[0] === undefined ? shell.history.length : Number(words[0].text);
      say(...shell.history.slice(-wanted || shell.history.length));
    },
  },
  {
    name: 'close',
    aliases: ['disconnect'],
    usage: '',
    about: 'leave the server',
    words: [0, 0],
    completes: [],
    run: ({ shell }) => shell.close(),
  },
  {
    name: 'lcd',
    usage: '[FOLDER]',
    about: 'go to a folder on this machine',
    words: [0, 1],
    completes: ['local-folder'],
    run: ({ words }) => {
      try {
        process.chdir(localPath(words[0]?.text ?? '~'));
      } catch (error) {
        throw new Failure('not-a-directory', `There is no folder ${words[0]?.text ?? '~'}`, {
          cause: error,
        });
      }
    },
  },
  {
    name: 'lpwd',
    usage: '',
    about: 'say which folder on this machine this is',
    words: [0, 0],
    completes: [],
    run: () => say(process.cwd()),
  },
  {
    name: 'lmkdir',
    usage: 'FOLDER...',
    about: 'make folders on this machine',
    words: [1, ANY],
    completes: ['local-folder'],
    run: async ({ words }) => {
      for (const { text } of words) await mkdir(localPath(text), { recursive: true });
    },
  },
  {
    name: 'lls',
    aliases: ['ldir'],
    usage: '[FOLDER]',
    about: 'list a folder on this machine',
    words: [0, 1],
    completes: ['local-folder'],
    run: async ({ words }) => {
      const entries = await readdir(localPath(words[0]?.text ?? '.'), { withFileTypes: true });
      const names = entries.map((entry) => entry.name + (entry.isDirectory() ? '/' : ''));
      say(...names.toSorted().map((name) => printable(name)));
    },
  },
  {
    name: 'jobs',
    usage: '',
    about: 'show what runs in the background (a command with & at its end)',
    words: [0, 0],
    completes: [],
    run: ({ shell }) => {
      say(...columns(shell.jobs.running.map(({ id, line, told }) => [`[${id}]`, line, told()])));
    },
  },
  {
    name: 'wait',
    usage: '[JOB]',
    about: 'wait until what runs in the background has ended',
    words: [0, 1],
    completes: ['nothing'],
    run: async ({ shell, words, job }) => {
      const stopped = once(job.signal, 'abort');
      const wanted = words[0] === undefined ? undefined : jobId(words[0].text);
      await Promise.race([shell.jobs.wait(wanted), stopped]);
      job.signal.throwIfAborted();
    },
  },
  {
    name: 'kill',
    usage: 'JOB',
    about: 'stop what runs in the background; what has come so far is kept',
    words: [1, 1],
    completes: ['nothing'],
    run: ({ shell, words }) => {
      const id = jobId(words[0]?.text ?? '');
      const found = shell.jobs.running.find((job) => job.id === id);
      if (!found) throw new Failure('not-found', `There is no job ${id}`);
      found.stop();
    },
  },
  {
    name: 'binary',
    aliases: UNNEEDED,
    usage: '',
    about: `understood, and not needed, as are ${UNNEEDED.join(', ')}: files come as they are, and nothing is asked`,
    words: [0, 1],
    completes: ['nothing'],
    run: () => {},
  },
  {
    name: 'quit',
    aliases: ['exit', 'bye'],
    usage: '',
    about: 'leave',
    words: [0, 0],
    completes: [],
    run: ({ shell, job }) => {
      const { running } = shell.jobs;
      if (running.length > 0 && !shell.isOver) {
        job.warn(`${running.length} in the background are stopped; their next run carries on`);
      }
      shell.isOver = true;
    },
  },
];

/** `!command`: runs it in the shell of the system. @throws Ended with what it ended with */
export async function runOutside(command: string, { signal }: Call['job']): Promise<void> {
  const shell = process.env['SHELL'] ?? '/bin/sh';
  const words = command.trim() === '' ? [] : ['-c', command];
  const child = spawn(shell, words, { stdio: 'inherit', signal });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Ended(code ?? 1);
}

async function bookmark({ shell, words }: Call): Promise<void> {
  const [what = 'list', name, url] = words.map(({ text }) => text);
  const bookmarks = new Bookmarks();
  if (what === 'list' && name === undefined) return listBookmarks();
  if (what === 'add' && name !== undefined) {
    const place = url === undefined ? shell.site.url(shell.cwd) : await bookmarks.resolve(url);
    return bookmarks.add(name, place);
  }
  if (what === 'remove' && name !== undefined && url === undefined) return bookmarks.remove(name);
  throw new Failure('name-refused', 'Write it so: bookmark [add NAME [URL] | remove NAME]');
}

function jobId(text: string): number {
  return Number(text.replace(/^[[%]/, '').replace(/\]$/, ''));
}
