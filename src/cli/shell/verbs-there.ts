import { nameOf } from '../../base/path.ts';
import { TransferFailure } from '../../client/transfer-failure.ts';
import { printable } from '../../telemetry/printable.ts';
import { say } from '../output.ts';
import { makeFolders } from '../transfer/folders.ts';
import { find, statOf } from '../transfer/glob.ts';
import { listed, show } from '../transfer/ls.ts';
import { removeFound } from '../transfer/names.ts';
import { ANY, type Call, type Verb } from './verb.ts';

/** What concerns names and folders on the server. */
export const THERE: readonly Verb[] = [
  {
    name: 'cd',
    usage: '[FOLDER]',
    about: 'go to a folder on the server',
    words: [0, 1],
    completes: ['remote-folder'],
    run: async ({ shell, words }) => {
      const path = words[0]
        ? shell.path(words[0].text)
        : shell.site.path({ path: '', pattern: undefined, isFolder: true });
      if ((await statOf(shell.site, path))?.kind !== 'folder') {
        throw new TransferFailure('not-a-folder', `There is no folder ${path}`);
      }
      shell.cwd = path;
    },
  },
  {
    name: 'cdup',
    aliases: ['..'],
    usage: '',
    about: 'go to the folder above',
    words: [0, 0],
    completes: [],
    run: ({ shell }) => {
      shell.cwd = shell.path('..');
    },
  },
  {
    name: 'pwd',
    usage: '',
    about: 'say which folder on the server this is',
    words: [0, 0],
    completes: [],
    run: ({ shell }) => say(shell.cwd),
  },
  {
    name: 'ls',
    aliases: ['dir', 'll', 'nlist', 'mls', 'mdir'],
    usage: '[-l] [-a] [NAME...]',
    about: 'list folders, files or patterns on the server',
    flags: { l: 'long', a: 'all' },
    words: [0, ANY],
    completes: ['remote'],
    run: async ({ shell, words, flags }) => {
      const wanted = words.length > 0 ? words : [{ text: '.', pattern: undefined }];
      for (const word of wanted) {
        const found = await find(shell.site, shell.place(word));
        const options = { all: flags.has('all'), long: flags.has('long') };
        show(await listed(shell.site, found, options), options);
      }
    },
  },
  {
    name: 'mkdir',
    usage: 'FOLDER...',
    about: 'make folders, and those above them',
    flags: { p: 'parents' },
    words: [1, ANY],
    completes: ['remote-folder'],
    run: ({ shell, words, job }) =>
      makeFolders(
        shell.site,
        words.map(({ text }) => shell.path(text)),
        job,
      ),
  },
  {
    name: 'rmdir',
    usage: 'FOLDER...',
    about: 'remove empty folders',
    words: [1, ANY],
    completes: ['remote-folder'],
    run: async ({ shell, words }) => {
      for (const word of words) {
        for (const { path } of await find(shell.site, shell.place(word))) {
          await shell.site.ask((connection, signal) => connection.removeFolder(path, signal));
        }
      }
      shell.site.folders.clear();
    },
  },
  {
    name: 'rm',
    aliases: ['delete', 'del', 'mdelete', 'mrm'],
    usage: '[-r] NAME...',
    about: 'remove files; -r: folders with all in them',
    flags: { r: 'recursive', f: 'force' },
    words: [1, ANY],
    completes: ['remote'],
    run: async ({ shell, words, flags, job }) => {
      for (const word of words) {
        const found = await find(shell.site, shell.place(word));
        await removeFound(shell.site, found, { recursive: flags.has('recursive') }, job);
      }
      shell.site.folders.clear();
    },
  },
  {
    name: 'mv',
    aliases: ['rename', 'ren'],
    usage: 'FROM TO',
    about: 'rename or move',
    words: [2, 2],
    completes: ['remote'],
    run: async ({ shell, words }) => {
      const [from, to] = words.map(({ text }) => shell.path(text));
      if (!from || !to) return;
      const isInto = (await statOf(shell.site, to))?.kind === 'folder';
      const target = isInto ? shell.path(`${to}/${nameOf(from)}`) : to;
      await shell.site.ask((connection, signal) => connection.move(from, target, signal));
      shell.site.folders.clear();
    },
  },
  {
    name: 'quote',
    aliases: ['literal'],
    usage: 'COMMAND...',
    about: 'say something to the server in its own words, and show its answer',
    words: [1, ANY],
    completes: ['nothing'],
    run: (call) => quote(call, ''),
  },
  {
    name: 'site',
    usage: 'COMMAND...',
    about: 'the same, with SITE before it: site help',
    words: [1, ANY],
    completes: ['nothing'],
    run: (call) => quote(call, 'SITE '),
  },
];

async function quote({ shell, words, job }: Call, before: string): Promise<void> {
  const command = before + words.map(({ text }) => text).join(' ');
  // Not once more if the connection breaks: nobody knows what it does if it is done twice.
  await using lease = await shell.site.pool.lease(job.signal);
  const lines = await lease.connection.say(command, job.signal);
  say(...lines.map((line) => printable(line)));
  // Whatever it was, folders may have come or gone by it.
  shell.site.folders.clear();
}
