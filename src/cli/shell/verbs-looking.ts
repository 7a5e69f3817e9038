import { formatSize } from '../../base/size.ts';
import { type Path, ROOT } from '../../base/path.ts';
import { download } from '../../client/transfer/download/download.ts';
import type { Sink } from '../../client/transfer/download/to-sink.ts';
import { below, walkRemote } from '../../client/sync/walk-remote.ts';
import { TransferFailure } from '../../client/transfer-failure.ts';
import { printable } from '../../telemetry/printable.ts';
import { formatTime, say } from '../output.ts';
import { counted } from '../progress/text.ts';
import { digestOf } from '../transfer/digest.ts';
import { engineOptions } from '../transfer/engine-options.ts';
import { PARALLEL } from '../transfer/flags.ts';
import { find, type Found } from '../transfer/glob.ts';
import { stdoutSink } from '../transfer/stdout-sink.ts';
import type { Word } from './lexer.ts';
import { openPager } from './pager.ts';
import { ANY, type Call, type Verb } from './verb.ts';

/** What looks into files and folders on the server. */
export const LOOKING: readonly Verb[] = [
  {
    name: 'cat',
    usage: 'FILE...',
    about: 'show files',
    words: [1, ANY],
    completes: ['remote'],
    run: (call) => showAll(call, stdoutSink()),
  },
  {
    name: 'more',
    aliases: ['less', 'page'],
    usage: 'FILE...',
    about: 'show files page by page, with what PAGER names, else less',
    words: [1, ANY],
    completes: ['remote'],
    run: async (call) => {
      await using pager = openPager();
      await showAll(call, pager);
    },
  },
  {
    name: 'digest',
    aliases: ['sha256sum'],
    usage: 'FILE...',
    about: 'show the SHA-256 of files',
    words: [1, ANY],
    completes: ['remote'],
    run: async (call) => {
      const { shell, job } = call;
      const flags = { ...shell.flags, algorithm: 'sha-256' } as const;
      for (const found of await allFound(call)) {
        const { hex } = await digestOf(shell.site, found, flags, job);
        say(`${hex}  ${found.path}`);
      }
    },
  },
  {
    name: 'size',
    usage: 'FILE...',
    about: 'show how many bytes files have',
    words: [1, ANY],
    completes: ['remote'],
    run: async (call) => {
      for (const { path, entry } of await allFound(call)) say(`${entry.size ?? '-'}  ${path}`);
    },
  },
  {
    name: 'modtime',
    usage: 'FILE...',
    about: 'show when files were changed',
    words: [1, ANY],
    completes: ['remote'],
    run: async (call) => {
      for (const { path, entry } of await allFound(call)) {
        say(`${formatTime(entry.modified, '-')}  ${path}`);
      }
    },
  },
  {
    name: 'find',
    usage: '[NAME...]',
    about: 'list all that is in folders and below',
    words: [0, ANY],
    completes: ['remote-folder'],
    run: async (call) => {
      for (const { path, entry } of await allFound(call)) {
        say(lineOf(path, entry));
        if (entry.kind !== 'folder') continue;
        for (const [inside, one] of await within(call, path)) say(lineOf(below(path, inside), one));
      }
    },
  },
  {
    name: 'du',
    usage: '[NAME...]',
    about: 'count the files and bytes in folders',
    words: [0, ANY],
    completes: ['remote-folder'],
    run: async (call) => {
      for (const { path, entry } of await allFound(call)) {
        const isFolder = entry.kind === 'folder';
        const all = isFolder ? (await within(call, path)).map(([, one]) => one) : [entry];
        const files = all.filter(({ kind }) => kind === 'file');
        const bytes = files.reduce((sum, { size = 0 }) => sum + size, 0);
        say(`${formatSize(bytes).padStart(9)}  ${counted(files.length, 'file')}  ${path}`);
      }
    },
  },
];

/** What the words of a call mean; this folder, if there are none. */
async function allFound({ shell, words }: Call): Promise<readonly Found[]> {
  const here: Word = { text: '.', pattern: undefined };
  const found: Found[] = [];
  for (const word of words.length > 0 ? words : [here]) {
    found.push(...(await find(shell.site, shell.place(word))));
  }
  return found;
}

function lineOf(path: Path, { kind }: Pick<Found['entry'], 'kind'>): string {
  return printable(path) + (kind === 'folder' && path !== ROOT ? '/' : '');
}

async function within({ shell, job }: Call, folder: Path) {
  const { parallel = PARALLEL } = shell.flags;
  const { entries } = await walkRemote(shell.site.pool, folder, () => true, parallel, job.signal);
  return [...entries];
}

async function showAll(call: Call, sink: Sink): Promise<void> {
  const { shell, job } = call;
  for (const { path, entry } of await allFound(call)) {
    if (entry.kind === 'folder') throw new TransferFailure('refused', `${path} is a folder`);
    await download(shell.site.pool, path, sink, engineOptions(shell.flags, job.signal, {}));
  }
}
