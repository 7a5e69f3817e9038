import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { Failure } from '../../base/failure.ts';
import { printable } from '../../telemetry/printable.ts';
import { Ended } from '../exit-codes.ts';
import { columns, say } from '../output.ts';
import { localPath } from './shell.ts';
import type { Call, Verb } from './verb.ts';

/** What concerns this machine, the shell itself and what runs in its background. */
export const HERE: readonly Verb[] = [
  {
    name: 'open',
    usage: 'URL',
    about: 'go to another server',
    words: [1, 1],
    completes: ['nothing'],
    run: ({ shell, words, job }) => shell.open(words[0]?.text ?? '', job),
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
  ...['binary', 'ascii', 'passive', 'prompt', 'hash'].map((name): Verb => ({
    name,
    usage: '',
    about: 'understood, and not needed: files are transferred as they are',
    words: [0, 1],
    completes: ['nothing'],
    run: () => {},
  })),
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

function jobId(text: string): number {
  return Number(text.replace(/^[[%]/, '').replace(/\]$/, ''));
}
