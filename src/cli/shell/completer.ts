import { readdir } from 'node:fs/promises';
import { Bookmarks } from '../bookmarks/bookmarks.ts';
import { quoteName, type Typing, typing } from './lexer.ts';
import { localPath, type Shell } from './shell.ts';
import { VERBS } from './table.ts';
import type { Completes } from './verb.ts';

/** A name that may stand there; folders go on. */
interface Candidate {
  readonly text: string;
  readonly isFolder: boolean;
}

/** What a line may become, and the part of it that is replaced: as readline wants it. */
export async function complete(line: string, shell: Shell): Promise<[string[], string]> {
  const typed = typing(line);
  const candidates = await candidatesFor(typed, shell);
  const fitting = candidates.filter(({ text }) => text.startsWith(typed.text));
  const completions = fitting.map(({ text, isFolder }) => {
    const quoted = quoteName(text, typed.quote);
    // Only what nothing else can be is finished.
    return fitting.length > 1 || isFolder ? quoted : `${quoted}${typed.quote} `;
  });
  return [completions, line.slice(typed.start)];
}

async function candidatesFor(
  { before, text }: Typing,
  shell: Shell,
): Promise<readonly Candidate[]> {
  const [word, ...operands] = before.filter((one, index) => index === 0 || !one.startsWith('-'));
  if (word === undefined) return verbs();
  const verb = VERBS.find(({ name, aliases = [] }) => name === word || aliases.includes(word));
  const kind = verb?.completes[operands.length] ?? verb?.completes.at(-1) ?? 'nothing';
  try {
    return await SOURCES[kind](text, shell);
  } catch {
    // Nobody who presses Tab wants to read an error.
    return [];
  }
}

const SOURCES: Readonly<
  Record<Completes, (text: string, shell: Shell) => Promise<readonly Candidate[]>>
> = {
  nothing: () => Promise.resolve([]),
  verb: () => Promise.resolve(verbs()),
  bookmark: () => bookmarks(),
  remote: (text, shell) => remote(text, shell),
  'remote-folder': async (text, shell) =>
    (await remote(text, shell)).filter(({ isFolder }) => isFolder),
  local: (text) => local(text),
  'local-folder': async (text) => (await local(text)).filter(({ isFolder }) => isFolder),
};

function verbs(): Candidate[] {
  return VERBS.flatMap(({ name, aliases = [] }) => [name, ...aliases])
    .toSorted()
    .map((text) => ({ text, isFolder: false }));
}

async function bookmarks(): Promise<Candidate[]> {
  const names = [...(await new Bookmarks().all()).keys()];
  // More may follow, as behind a folder.
  return names.map((name) => ({ text: `${name}:`, isFolder: true }));
}

async function remote(text: string, shell: Shell): Promise<Candidate[]> {
  if (!shell.isOpen) return [];
  const [folder, name] = split(text);
  const path = shell.path(folder === '' ? '.' : folder);
  const entries = await shell.cache.get(path, () =>
    shell.site.ask((connection, signal) => connection.list(path, signal)),
  );
  return entries
    .filter((entry) => isMeant(entry.name, name))
    .map((entry) => candidate(folder, entry.name, entry.kind === 'folder'));
}

async function local(text: string): Promise<Candidate[]> {
  const [folder, name] = split(text);
  const entries = await readdir(localPath(folder === '' ? '.' : folder), { withFileTypes: true });
  return entries
    .filter((entry) => isMeant(entry.name, name))
    .map((entry) => candidate(folder, entry.name, entry.isDirectory()));
}

/** What begins with a dot has to be asked for. */
function isMeant(name: string, typed: string): boolean {
  return typed.startsWith('.') || !name.startsWith('.');
}

function candidate(folder: string, name: string, isFolder: boolean): Candidate {
  return { text: `${folder}${name}${isFolder ? '/' : ''}`, isFolder };
}

function split(text: string): [folder: string, name: string] {
  const at = text.lastIndexOf('/') + 1;
  return [text.slice(0, at), text.slice(at)];
}
