import { setImmediate as nextTurn } from 'node:timers/promises';
import { Failure, failed } from '../../../base/failure.ts';
import { parsePath, type Path } from '../../../base/path.ts';
import type { Seen, Session } from '../../../session/session.ts';
import type { Soon } from '../../../storage/store.ts';
import { asUnits, encoded, type Representation } from '../../../wire/ftp/coding/coding.ts';
import { formatTimeValue, parseTimeValue } from '../../../wire/ftp/time.ts';
import { readInTurns } from '../data/send.ts';
import { reply } from '../replies.ts';
import type { Inside, Outcome } from '../visit.ts';
import { folderOf, path, something, type Grammar } from './grammar.ts';
import { look } from './look.ts';
import { verb } from './verb.ts';

export interface TimeAndPath {
  /** Milliseconds since 1970 (UTC). */
  readonly modified: number;
  readonly path: Path;
}

const timeAndPath: Grammar<TimeAndPath> = {
  syntax: '<YYYYMMDDHHMMSS> <path>',
  parse: (text, state) => readTimeAndPath(text, folderOf(state)),
};

/** Single files: names, sizes and times. */
export const FILES = [
  verb({
    name: 'DELE',
    needs: ['inside'],
    permission: 'delete',
    grammar: path,
    help: 'Remove a file, or what there is of an unfinished upload',
    rfc: 'RFC 959 §4.1.3',
    replies: [250, 450, 550],
    run: async ({ phase }, file) => {
      await phase.session.removeFile(file);
      return { reply: reply(250, 'The file is removed') };
    },
  }),
  verb({
    name: 'RNFR',
    needs: ['inside'],
    permission: 'rename',
    grammar: path,
    help: 'Say what to rename; RNTO follows',
    rfc: 'RFC 959 §4.1.3',
    replies: [350, 550],
    run: async ({ phase }, renameFrom) => {
      await phase.session.stat(renameFrom);
      return { reply: reply(350, 'And now RNTO'), next: { renameFrom } };
    },
  }),
  verb({
    name: 'RNTO',
    needs: ['inside'],
    permission: 'rename',
    grammar: path,
    help: 'Say the new name, which may be in another folder',
    rfc: 'RFC 959 §4.1.3',
    replies: [250, 450, 503, 550, 553],
    naming: true,
    run: async ({ phase, state }, to) => {
      if (state.renameFrom === undefined) return { reply: reply(503, 'Say RNFR first') };
      await phase.session.move(state.renameFrom, to);
      return { reply: reply(250, 'Renamed'), next: { renameFrom: undefined } };
    },
  }),
  verb({
    name: 'SIZE',
    needs: ['inside'],
    grammar: path,
    help: 'Tell the size of a file in bytes as it would be sent, or how much of it has come',
    rfc: 'RFC 3659 §4',
    replies: [213, 550],
    feat: 'SIZE',
    run: tellSize,
  }),
  verb({
    name: 'MDTM',
    needs: ['inside'],
    grammar: something('<path>'),
    help: 'Tell when a file was last changed; with a time before the path, set it',
    rfc: 'RFC 3659 §3',
    replies: [213, 550],
    feat: 'MDTM',
    run: tellTime,
  }),
  verb({
    name: 'MFMT',
    needs: ['inside'],
    permission: ['write', 'overwrite'],
    grammar: timeAndPath,
    help: 'Set when a file was last changed',
    rfc: 'draft-somers-ftp-mfxx-04 §3',
    replies: [213, 550],
    feat: 'MFMT',
    run: (visit, wanted) => setTime(visit, wanted),
  }),
];

/** Reads `YYYYMMDDHHMMSS path`; the path begins behind exactly one space. */
export function readTimeAndPath(text: string, folder: Path): TimeAndPath | undefined {
  const match = /^(\d{14}(?:\.\d+)?) (.+)$/s.exec(text);
  const modified = parseTimeValue(match?.[1] ?? '');
  if (match?.[2] === undefined || modified === undefined) return undefined;
  return { modified, path: parsePath(match[2], folder) };
}

function tellSize(visit: Inside, file: Path): Soon<Outcome> {
  return look(visit.phase.session, file, (seen) => {
    if (seen.kind !== 'file') throw notAFile(seen);
    const { type, structure } = visit.state.representation;
    if (type !== 'I' || structure !== 'F') return tellSizeAsSent(visit, file, seen);
    return { reply: reply(213, String(seen.size)) };
  });
}

async function tellSizeAsSent(
  { phase, state, desk }: Inside,
  file: Path,
  seen: Seen,
): Promise<Outcome> {
  const { session } = phase;
  const { type, structure } = state.representation;
  // RFC 3659 §4: the number of bytes that RETR would send, never an estimate.
  const { maxCountedBytes } = desk.options;
  if (seen.partial || seen.size > maxCountedBytes) {
    return {
      reply: reply(550, 'The size as it is sent is not known; say TYPE I and STRU F first'),
    };
  }
  const asStream = { type, structure, mode: 'S' } as const;
  return { reply: reply(213, String(await countAsSent(session, file, asStream, maxCountedBytes))) };
}

async function countAsSent(
  session: Session,
  file: Path,
  representation: Representation,
  bufferBytes: number,
): Promise<number> {
  await using download = await session.download(file, 0);
  const bytes = asUnits(readInTurns((into) => download.read(into), bufferBytes));
  let count = 0;
  for await (const piece of encoded(bytes, representation, 0)) {
    count += piece.length;
    await nextTurn();
  }
  return count;
}

async function tellTime(visit: Inside, text: string): Promise<Outcome> {
  const { session, folder } = visit.phase;
  try {
    const seen = await session.stat(parsePath(text, folder));
    if (seen.kind !== 'file') throw notAFile(seen);
    return { reply: reply(213, formatTimeValue(seen.modified)) };
  } catch (error) {
    // Not in any RFC, but in use: `MDTM <time> <path>` sets it where no file has such a name.
    const wanted = readTimeAndPath(text, folder);
    if (wanted === undefined || !failed(error, 'not-found')) throw error;
    return setTime(visit, wanted);
  }
}

async function setTime({ phase }: Inside, { modified, path }: TimeAndPath): Promise<Outcome> {
  await phase.session.setModified(path, modified);
  const stored = await phase.session.stat(path);
  return { reply: reply(213, `Modify=${formatTimeValue(stored.modified)}; ${path}`) };
}

function notAFile({ kind }: Seen): Failure {
  return kind === 'folder'
    ? new Failure('is-a-directory', 'This is a folder')
    : new Failure('forbidden', 'This is not a regular file');
}
