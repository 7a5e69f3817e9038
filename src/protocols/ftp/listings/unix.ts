import { child, type Path } from '../../../base/path.ts';
import { encodeName } from '../../../base/name.ts';
import type { Seen } from '../../../session/session.ts';
import { unixLines } from '../../../wire/ftp/listing.ts';
import type { Inside } from '../visit.ts';
import { entriesOf } from './entries.ts';
import type { Named } from './target.ts';

/** The lines of LIST, in pieces. */
export async function* longLines(
  visit: Inside,
  target: Named,
  recursive: boolean,
): AsyncGenerator<Uint8Array> {
  if (target.kind === 'entry') {
    yield encodeLines([longLineOf(visit)(target.entry)]);
    return;
  }
  const longLine = longLineOf(visit);
  const { session } = visit.phase;
  const { options } = visit.desk;
  const isTree = recursive && target.only === undefined;
  let room = isTree ? options.maxListEntries : Number.POSITIVE_INFINITY;
  const folders: { readonly path: Path; readonly shown: string }[] = [
    { path: target.path, shown: target.prefix === '' ? '.' : target.prefix.replace(/\/$/, '') },
  ];
  // The list grows while it is walked.
  for (const [index, folder] of folders.entries()) {
    if (index > 0) yield encodeLines(['', `${folder.shown}:`]);
    for await (const slice of entriesOf(session, folder.path, options, target.only)) {
      const entries = slice.slice(0, room);
      room -= entries.length;
      yield encodeLines(entries.map(longLine));
      if (isTree) folders.push(...below(folder, entries));
      if (room <= 0) return;
    }
  }
}

/**
 * The names of NLST, in pieces, each so that RETR takes it as it is (RFC 1123 §4.1.2.7): what the
 * visitor wrote before the name stands before it here.
 */
export async function* names(visit: Inside, target: Named): AsyncGenerator<Uint8Array> {
  if (target.kind === 'entry') {
    yield encodeLines([target.prefix + target.entry.name]);
    return;
  }
  const { phase, desk } = visit;
  for await (const slice of entriesOf(phase.session, target.path, desk.options, target.only)) {
    yield encodeLines(slice.map(({ name }) => target.prefix + name));
  }
}

/** How LIST and STAT show entries to this visitor, from now on. */
export function longLineOf({ phase, desk }: Inside): (entry: Seen) => string {
  return unixLines(phase.session.accountName, desk.clock.now());
}

/** Lines as they are sent; none is nothing at all. */
export function encodeLines(lines: readonly string[]): Buffer {
  return encodeName(lines.map((line) => `${line}\r\n`).join(''));
}

function below(
  folder: { readonly path: Path; readonly shown: string },
  entries: readonly Seen[],
): { readonly path: Path; readonly shown: string }[] {
  return entries
    .filter(({ kind }) => kind === 'folder')
    .map(({ name }) => ({ path: child(folder.path, name), shown: `${folder.shown}/${name}` }));
}
