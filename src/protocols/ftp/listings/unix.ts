import { child, type Path } from '../../../base/path.ts';
import type { Seen } from '../../../session/session.ts';
import type { ListArguments } from '../../../wire/ftp/list-arguments.ts';
import { unixLines } from '../../../wire/ftp/listing.ts';
import { charsetOf } from '../spelling.ts';
import type { Inside } from '../visit.ts';
import { entriesOf } from './entries.ts';
import type { Named } from './target.ts';

/** How one entry is written. @param before what stands before its name */
type Form = (entry: Seen, before: string) => string;

interface Folder {
  readonly path: Path;
  /** As the visitor wrote it. */
  readonly shown: string;
  /** What stands before the names in it, in NLST. */
  readonly before: string;
}

/**
 * The lines of LIST, in pieces: as `ls -l` writes them, or nothing but names where that was asked
 * for.
 */
export function longLines(
  visit: Inside,
  target: Named,
  wanted: ListArguments,
): AsyncGenerator<Uint8Array> {
  return lines(visit, target, wanted, lineOf(visit, wanted));
}

/**
 * The names of NLST, in pieces, each so that RETR takes it as it is (RFC 1123 §4.1.2.7): what the
 * visitor wrote before the name stands before it here.
 */
export function names(
  visit: Inside,
  target: Named,
  wanted: ListArguments,
): AsyncGenerator<Uint8Array> {
  return lines(visit, target, wanted, (entry, before) => before + shortName(entry, wanted));
}

/** One entry as LIST and STAT show it. */
export function lineOf({ phase, desk }: Inside, wanted: ListArguments): (entry: Seen) => string {
  if (wanted.short) return (entry) => shortName(entry, wanted);
  const line = unixLines(phase.session.accountName, desk.clock.now());
  return (entry) => line(entry, shortName(entry, wanted));
}

/** Lines, each with its end, as they are sent. */
export function encodeLines({ state, desk }: Inside, lines: string): Buffer {
  return charsetOf(state, desk).encode(lines);
}

async function* lines(
  visit: Inside,
  target: Named,
  wanted: ListArguments,
  form: Form,
): AsyncGenerator<Uint8Array> {
  if (target.kind === 'entry') {
    yield encodeLines(visit, `${form(target.entry, target.prefix)}\r\n`);
    return;
  }
  const { session } = visit.phase;
  const { options } = visit.desk;
  const isTree = wanted.recursive && target.only === undefined;
  let room = isTree ? options.maxListEntries : Number.POSITIVE_INFINITY;
  const shown = target.prefix === '' ? '.' : target.prefix.replace(/(?<=.)\/$/, '');
  const folders: Folder[] = [{ path: target.path, shown, before: target.prefix }];
  // The list grows while it is walked.
  for (const [index, folder] of folders.entries()) {
    if (index > 0) yield encodeLines(visit, `\r\n${folder.shown}:\r\n`);
    const selection = { ...wanted, only: target.only };
    for await (const slice of entriesOf(session, folder.path, options, selection)) {
      const entries = slice.slice(0, room);
      room -= entries.length;
      let text = '';
      for (const entry of entries) text += `${form(entry, folder.before)}\r\n`;
      yield encodeLines(visit, text);
      if (isTree) folders.push(...below(folder, entries));
      if (room <= 0) return;
    }
  }
}

/** The folders among these; what a link leads to is met where it is, or never comes to an end. */
function below(folder: Folder, entries: readonly Seen[]): Folder[] {
  return entries
    .filter(({ kind, linked }) => kind === 'folder' && !linked)
    .map(({ name }) => ({
      path: child(folder.path, name),
      shown: `${folder.shown.replace(/\/$/, '')}/${name}`,
      before: `${folder.before}${name}/`,
    }));
}

/** The name, and what `ls -F` puts behind it. */
function shortName({ name, kind, mode }: Seen, { classified }: ListArguments): string {
  if (!classified) return name;
  const isProgram = kind === 'file' && (mode & 0o111) !== 0;
  return name + (isProgram ? '*' : { file: '', folder: '/', link: '@', other: '|' }[kind]);
}
