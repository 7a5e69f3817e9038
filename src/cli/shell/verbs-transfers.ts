import { basename } from 'node:path';
import { nameOf, type Path } from '../../base/path.ts';
import { Get } from '../transfer/get.ts';
import { expandLocal } from '../transfer/local-glob.ts';
import { PARALLEL } from '../transfer/flags.ts';
import { find } from '../transfer/glob.ts';
import { Put, type Target } from '../transfer/put.ts';
import { sync } from '../transfer/sync.ts';
import type { Word } from './lexer.ts';
import { localPath } from './shell.ts';
import { ANY, type Call, type Verb } from './verb.ts';

/** What moves files. Each of these carries on where it was interrupted, if it is said again. */
export const TRANSFERS: readonly Verb[] = [
  {
    name: 'put',
    aliases: ['reput', 'send', 'upload'],
    usage: '[-r] FILE [NAME]',
    about: 'upload a file; -r: a folder',
    flags: { r: 'recursive', c: 'continue' },
    words: [1, 2],
    completes: ['local', 'remote'],
    run: (call) => put(call, call.words.slice(0, 1), call.words[1]),
  },
  {
    name: 'mput',
    usage: '[-r] FILE...',
    about: 'upload files and patterns into this folder',
    flags: { r: 'recursive', c: 'continue' },
    words: [1, ANY],
    completes: ['local'],
    run: (call) => put(call, call.words, undefined),
  },
  {
    name: 'get',
    aliases: ['reget', 'recv', 'download'],
    usage: '[-r] FILE [NAME]',
    about: 'download a file; -r: a folder',
    flags: { r: 'recursive', c: 'continue' },
    words: [1, 2],
    completes: ['remote', 'local'],
    run: (call) => get(call, call.words.slice(0, 1), call.words[1]),
  },
  {
    name: 'mget',
    usage: '[-r] FILE...',
    about: 'download files and patterns into this folder',
    flags: { r: 'recursive', c: 'continue' },
    words: [1, ANY],
    completes: ['remote'],
    run: (call) => get(call, call.words, undefined),
  },
  {
    name: 'mirror',
    aliases: ['sync'],
    usage: '[-R] [-e] [-n] FROM [TO]',
    about:
      'make a folder here like one there; -R: there like here; -e: remove the rest; -n: only say so',
    flags: { R: 'reverse', e: 'delete', n: 'dryRun', c: 'continue' },
    words: [1, 2],
    completes: ['remote-folder', 'local-folder'],
    run: mirror,
  },
];

async function put(call: Call, sources: readonly Word[], to: Word | undefined): Promise<void> {
  const { shell, flags, job } = call;
  const { parallel = PARALLEL } = shell.flags;
  const work = new Put(shell.site, { ...shell.flags, recursive: flags.has('recursive') }, job);
  const names = (await Promise.all(sources.map(localNames))).flat();
  const place = shell.place(to ?? { text: '.', pattern: undefined });
  const target: Target = await work.target(
    names.length > 1,
    shell.site.path(place),
    place.isFolder,
  );
  for (const name of names) await work.plan(localPath(name), target, name);
  await work.run(parallel);
}

async function get(call: Call, sources: readonly Word[], to: Word | undefined): Promise<void> {
  const { shell, flags, job } = call;
  const { parallel = PARALLEL } = shell.flags;
  const work = new Get({ ...shell.flags, recursive: flags.has('recursive') }, job);
  for (const word of sources) {
    const found = await find(shell.site, shell.place(word));
    work.found.push(...found.map((one) => ({ site: shell.site, ...one })));
  }
  const slash = to !== undefined && /[/\\]$/.test(to.text) ? '/' : '';
  await work.plan(localPath(to?.text ?? '.') + slash);
  await work.run(parallel);
}

async function mirror({ shell, words, flags, job }: Call): Promise<void> {
  const [from, to] = words;
  if (!from) return;
  const isUp = flags.has('reverse');
  const url = (path: Path) => shell.site.url(path);
  const [source, target] = isUp
    ? [localPath(from.text), url(shell.path(to?.text ?? basename(localPath(from.text))))]
    : [url(shell.path(from.text)), localPath(to?.text ?? nameOf(shell.path(from.text)))];
  const options = { ...shell.flags, delete: flags.has('delete'), dryRun: flags.has('dryRun') };
  await sync(source, target, options, job, () => Promise.resolve(shell.site));
}

/** What was quoted is a name, whatever it holds. */
async function localNames({ text, pattern }: Word): Promise<string[]> {
  return pattern === undefined ? [text] : expandLocal([pattern]);
}
