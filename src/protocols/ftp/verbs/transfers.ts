import { randomBytes } from 'node:crypto';
import { failed, Failure } from '../../../base/failure.ts';
import { parsePath, type Path } from '../../../base/path.ts';
import type { ByteRange } from '../../../base/range.ts';
import type { QuotaView, Session } from '../../../session/session.ts';
import type { Placement } from '../../../vault/placement.ts';
import type { Representation } from '../../../wire/ftp/coding/coding.ts';
import { parseOffset } from '../../../wire/ftp/sizes.ts';
import { reply } from '../replies.ts';
import { IncomingFile } from '../transfers/incoming-file.ts';
import { OutgoingFile } from '../transfers/outgoing.ts';
import type { Inside, Outcome } from '../visit.ts';
import { anything, nothing, parsed, path, restartPoint } from './grammar.ts';
import { verb } from './verb.ts';

/** Any of these can let an upload in; which one it takes depends on what is there. */
const ANY_WRITING = ['write', 'overwrite', 'append'] as const;

const RANGE_OF_STREAM = 'Ranges are of TYPE I, STRU F and MODE S';
const RANGE_NOT_STORED = 'A range is stored by STOR, after SITE MISSING; REST continues an upload';
const NOT_RESUMED = 'Text and records cannot be resumed; say TYPE I and STRU F first';

/** Moving files, and what is said before that. */
export const TRANSFERS = [
  verb({
    name: 'ALLO',
    needs: ['inside'],
    permission: ANY_WRITING,
    grammar: parsed('<bytes> [R <record size>]', readAllocation),
    help: 'Say how many bytes the next upload will have; 0 says nothing',
    rfc: 'RFC 959 §4.1.3',
    replies: [200, 552],
    run: announce,
  }),
  verb({
    name: 'REST',
    needs: ['inside'],
    grammar: restartPoint,
    help: 'Say at which byte the next transfer begins; in MODE B and C by a marker of ours',
    rfc: 'RFC 3659 §5, RFC 959 §3.5',
    replies: [350, 501],
    feat: 'REST STREAM',
    run: ({ state }, restart) =>
      restart > 0 && !isResumable(state.representation)
        ? { reply: reply(501, NOT_RESUMED), next: { restart: 0 } }
        : {
            reply: reply(350, `The next transfer begins at ${restart}`),
            next: { restart, range: undefined },
          },
  }),
  verb({
    name: 'RANG',
    needs: ['inside'],
    grammar: parsed('<first byte> <last byte>', readRange),
    help: 'Say which bytes the next RETR, HASH or STOR is about, both included; 1 0 says all',
    rfc: 'draft-bryan-ftp-range-08 §3',
    replies: [350, 501],
    feat: 'RANG STREAM',
    run: (_visit, { start, end }) => {
      const isAll = start === 1 && end === 1;
      if (start >= end && !isAll) {
        return {
          reply: reply(501, 'The last byte of a range is not before its first'),
          next: { range: undefined },
        };
      }
      return isAll
        ? { reply: reply(350, 'All bytes are meant'), next: { range: undefined } }
        : {
            reply: reply(350, `The bytes ${start} to ${end - 1} are meant`),
            next: { range: { start, end }, restart: 0 },
          };
    },
  }),
  verb({
    name: 'RETR',
    needs: ['inside'],
    permission: 'read',
    grammar: path,
    help: 'Fetch a file, from the byte that REST named',
    rfc: 'RFC 959 §4.1.3',
    replies: [450, 550, 551, 554],
    data: true,
    run: async ({ phase, state, desk }, file) => {
      const { range } = state;
      if (range !== undefined && !isStream(state.representation)) {
        return { reply: reply(551, RANGE_OF_STREAM) };
      }
      const download = await phase.session.download(
        file,
        range?.start ?? state.restart,
        range?.end,
      );
      if (range !== undefined && range.start >= download.entry.size) {
        await download[Symbol.asyncDispose]();
        throw new Failure('offset-mismatch', `The file has only ${download.entry.size} bytes`);
      }
      return { transfer: new OutgoingFile(download, state, desk) };
    },
  }),
  verb({
    name: 'STOR',
    needs: ['inside'],
    permission: ANY_WRITING,
    grammar: path,
    help: 'Store a file, or go on at the byte that REST named; or store what RANG said',
    rfc: 'RFC 959 §4.1.3',
    replies: [110, 450, 452, 550, 551, 552, 553, 554],
    data: true,
    naming: true,
    run: (visit, file) =>
      visit.state.range === undefined
        ? store(visit, file, resumption(visit.state.restart) ?? { kind: 'replace' })
        : storeRange(visit, file, visit.state.range),
  }),
  verb({
    name: 'APPE',
    needs: ['inside'],
    permission: ANY_WRITING,
    grammar: path,
    help: 'Add to a file, or go on with an unfinished upload',
    rfc: 'RFC 959 §4.1.3',
    replies: [110, 450, 452, 501, 550, 551, 552, 553, 554],
    data: true,
    naming: true,
    run: async (visit, file) => {
      const { state, phase } = visit;
      // Offsets count bytes as they are stored, and an unfinished upload may end inside a line end.
      if (!isResumable(state.representation) && (await isUnfinished(phase.session, file))) {
        return { reply: reply(501, NOT_RESUMED), next: { restart: 0 } };
      }
      return store(visit, file, resumption(state.restart) ?? { kind: 'append' });
    },
  }),
  verb({
    name: 'STOU',
    needs: ['inside'],
    permission: 'write',
    grammar: anything('[<beginning of the name>]'),
    help: 'Store a file under a name that nothing has yet',
    rfc: 'RFC 959 §4.1.3',
    replies: [110, 450, 452, 550, 552, 553],
    data: true,
    naming: true,
    run: async (visit, text) => {
      if (visit.state.restart > 0 || visit.state.range !== undefined)
        return { reply: reply(550, 'A new file cannot be resumed') };
      const { session, folder } = visit.phase;
      const file = await unusedName(session, text === '' ? 'upload' : text, folder);
      // RFC 1123 §4.1.2.9 fixes this form, so that clients learn the name.
      return store(visit, file.path, { kind: 'replace' }, `FILE: ${file.text}`);
    },
  }),
  verb({
    name: 'ABOR',
    needs: ['inside'],
    grammar: nothing,
    help: 'Stop the running transfer; what has come of an upload is kept',
    rfc: 'RFC 959 §4.1.3',
    replies: [226],
    duringTransfer: 'aborts',
    run: () => ({
      reply: reply(226, 'Nothing is being transferred'),
      next: { plan: { kind: 'none' } },
    }),
  }),
];

async function store(
  { phase, state, desk }: Inside,
  file: Path,
  placement: Placement,
  opening = 'Waiting for the bytes',
): Promise<Outcome> {
  if (state.range !== undefined) return { reply: reply(551, RANGE_NOT_STORED) };
  // Only a whole file has one size that can be meant; else it is weighed when the data has ended.
  const isWhole = placement.kind === 'replace' && state.representation.type === 'I';
  const wishes = {
    ...(isWhole && state.announced !== undefined && { length: state.announced }),
    ...(state.umask !== undefined && { mode: 0o666 & ~state.umask }),
  };
  const upload = await phase.session.upload(file, placement, wishes);
  return { transfer: new IncomingFile(upload, phase.session, state, desk, opening) };
}

/** A part of a file that SITE MISSING was asked for, beside other parts (docs/segments.md). */
async function storeRange(
  { phase, state, desk }: Inside,
  file: Path,
  range: ByteRange,
): Promise<Outcome> {
  if (!isStream(state.representation)) return { reply: reply(551, RANGE_OF_STREAM) };
  const upload = await phase.session.segment(file, range);
  // How much is to come is known from the range alone.
  const sent = { ...state, announced: undefined };
  const opening = `Waiting for the bytes ${range.start} to ${range.end - 1}`;
  return { transfer: new IncomingFile(upload, phase.session, sent, desk, opening) };
}

/** Asks in a way that shows the client no size, for it has not asked for one. */
async function isUnfinished(session: Session, file: Path): Promise<boolean> {
  return (await session.uploads()).some(({ path, offset }) => path === file && offset > 0);
}

/** Offsets count the bytes of the file, which have to be those that are sent. */
function isResumable({ type, structure }: Representation): boolean {
  return type === 'I' && structure === 'F';
}

function isStream(representation: Representation): boolean {
  return isResumable(representation) && representation.mode === 'S';
}

function resumption(restart: number): Placement | undefined {
  return restart > 0 ? { kind: 'resume', offset: restart } : undefined;
}

/**
 * Refuses what can never fit. Whether it fits now depends on what it replaces or continues, which
 * the transfer verb says: there the exact check is made, still before any byte moves.
 */
async function announce({ phase }: Inside, bytes: number): Promise<Outcome> {
  const announced = bytes > 0 ? bytes : undefined;
  const { bytes: room, maxFileBytes }: QuotaView = await phase.session.quota();
  const most = Math.min(
    room.limit ?? Number.POSITIVE_INFINITY,
    maxFileBytes ?? Number.POSITIVE_INFINITY,
  );
  if (bytes > most) {
    throw new Failure('quota-exceeded', `More than ${most} bytes never fit here`);
  }
  return { reply: reply(200, 'Noted'), next: { announced } };
}

/** The draft counts the last byte in; `1 0` says nothing. */
function readRange(text: string): ByteRange | undefined {
  const [first = '', last = '', ...more] = text.split(/ +/);
  const [start, end] = [parseOffset(first), parseOffset(last)];
  if (start === undefined || end === undefined || more.length > 0) return undefined;
  return { start, end: Math.min(end + 1, Number.MAX_SAFE_INTEGER) };
}

function readAllocation(text: string): number | undefined {
  const match = /^(\d+)(?: +R +\d+)?$/i.exec(text);
  return match?.[1] === undefined ? undefined : parseOffset(match[1]);
}

/** @throws Failure `already-exists` if chance is against us several times */
async function unusedName(
  session: Session,
  beginning: string,
  folder: Path,
): Promise<{ readonly text: string; readonly path: Path }> {
  for (let attempt = 0; attempt < 8; attempt += 1) {
    const text = `${beginning}.${randomBytes(6).toString('hex')}`;
    const path = parsePath(text, folder);
    try {
      await session.stat(path);
    } catch (error) {
      if (failed(error, 'not-found')) return { text, path };
      throw error;
    }
  }
  throw new Failure('already-exists', 'No unused name was found');
}
