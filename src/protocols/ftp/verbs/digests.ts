import { CHECKSUMS, type Checksum } from '../../../base/digest.ts';
import { Failure } from '../../../base/failure.ts';
import { parsePath, type Path } from '../../../base/path.ts';
import type { ByteRange } from '../../../base/range.ts';
import type { Digested } from '../../../session/session.ts';
import { quotePath, splitQuoted } from '../../../wire/ftp/quoting.ts';
import { parseOffset } from '../../../wire/ftp/sizes.ts';
import { reply } from '../replies.ts';
import type { Task } from '../task.ts';
import type { Inside } from '../visit.ts';
import { folderOf, path, type Grammar } from './grammar.ts';
import { verb, type Verb } from './verb.ts';

interface FilePart {
  readonly file: Path;
  readonly range: ByteRange | undefined;
}

/** `path`, or `"path" start end` where the end is exclusive; only quotes let numbers follow. */
const filePart: Grammar<FilePart> = {
  syntax: '<path> | "<path>" [<start> <end>]',
  parse: (text, state) => {
    if (text === '') return undefined;
    const folder = folderOf(state);
    if (!text.startsWith('"')) return { file: parsePath(text, folder), range: undefined };
    const [name = '', from, to, ...more] = splitQuoted(text);
    if (name === '' || more.length > 0) return undefined;
    const file = parsePath(name, folder);
    if (from === undefined) return { file, range: undefined };
    const [start, end] = [parseOffset(from), parseOffset(to ?? '')];
    if (start === undefined || end === undefined || start > end) return undefined;
    return { file, range: { start, end } };
  },
};

/** Proof of what is stored. The X-forms are older than HASH and what most clients know. */
export const DIGESTS: readonly Verb[] = [
  verb({
    name: 'HASH',
    needs: ['inside'],
    permission: 'read',
    grammar: path,
    help: 'Tell the digest of a file, or of what RANG said; OPTS HASH chooses the algorithm',
    rfc: 'draft-bryan-ftpext-hash-03 §3',
    replies: [213, 426, 450, 451, 550, 554],
    feat: ({ algorithm }) =>
      `HASH ${CHECKSUMS.map((name) => `${wireName(name)}${name === algorithm ? '*' : ''}`).join(';')}`,
    run: async (visit, file) => {
      const { algorithm, range } = visit.state;
      const { size, partial } = await visit.phase.session.stat(file);
      if (range !== undefined && range.start >= size) {
        throw new Failure('offset-mismatch', `There are only ${size} bytes`, { offset: size });
      }
      // Of an unfinished upload all that is told of its size, and the reply says how much that is.
      const whole = partial ? { start: 0, end: size } : undefined;
      const wanted = range && { start: range.start, end: Math.min(range.end, size) };
      const part = { file, range: wanted ?? whole };
      const task = digesting(visit, 213, algorithm, part, (found) =>
        [wireName(algorithm), inclusive(found.range), found.hex, file].join(' '),
      );
      return { task, next: { range: undefined } };
    },
  }),
  ...(
    [
      ['XCRC', 'crc32'],
      ['XSHA256', 'sha-256'],
      ['XSHA512', 'sha-512'],
      ['XSHA1', 'sha-1', 'XSHA'],
      ['XMD5', 'md5'],
    ] as const
  ).map(([name, algorithm, alias]) =>
    verb({
      name,
      ...(alias !== undefined && { aliases: [alias] }),
      needs: ['inside'],
      permission: 'read',
      grammar: filePart,
      help: `Tell the ${wireName(algorithm)} ${algorithm === 'crc32' ? 'checksum' : 'digest'} of a file or of a part of it`,
      rfc: 'in use, RFC 5797 §3 lists it',
      replies: [250, 426, 450, 451, 550, 554],
      feat: name,
      run: (visit, part) => ({ task: digesting(visit, 250, algorithm, part, ({ hex }) => hex) }),
    }),
  ),
  verb({
    name: 'MD5',
    needs: ['inside'],
    permission: 'read',
    grammar: path,
    help: 'Tell the MD5 checksum of a file',
    rfc: 'draft-twine-ftpmd5-00 §3.1',
    replies: [251, 426, 450, 451, 550],
    feat: 'MD5',
    run: (visit, file) => {
      const told = ({ hex }: Digested): string => `${quotePath(file)} ${hex.toUpperCase()}`;
      return { task: digesting(visit, 251, 'md5', { file, range: undefined }, told) };
    },
  }),
];

/** The algorithm of this name in any case. */
export function algorithmNamed(text: string): Checksum | undefined {
  const name = text.trim().toLowerCase();
  return CHECKSUMS.find((algorithm) => algorithm === name);
}

/** The name as IANA writes it. */
export function wireName(algorithm: Checksum): string {
  return algorithm.toUpperCase();
}

/** Computes it beside everything else; a record of it is all that is needed, where there is one. */
function digesting(
  { phase }: Inside,
  code: number,
  algorithm: Checksum,
  { file, range }: FilePart,
  told: (found: Digested) => string,
): Task {
  return {
    code,
    progress: () => `Computing the ${wireName(algorithm)} of ${file}`,
    run: async (signal) =>
      reply(code, told(await phase.session.digest(file, algorithm, range, signal))),
  };
}

/** The draft counts the last byte in; an empty file has none. */
function inclusive({ start, end }: ByteRange): string {
  return `${start}-${Math.max(start, end - 1)}`;
}
