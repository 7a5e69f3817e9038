import { ALGORITHMS, type Algorithm } from '../../../base/digest.ts';
import { parsePath, type Path } from '../../../base/path.ts';
import type { ByteRange } from '../../../base/range.ts';
import { quotePath, splitQuoted } from '../../../wire/ftp/quoting.ts';
import { parseOffset } from '../../../wire/ftp/sizes.ts';
import { reply } from '../replies.ts';
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
    help: 'Tell the digest of a file; OPTS HASH chooses the algorithm',
    rfc: 'draft-bryan-ftpext-hash-03 §3',
    replies: [213, 450, 550],
    feat: ({ algorithm }) =>
      `HASH ${algorithms()
        .map((name) => `${wireName(name)}${name === algorithm ? '*' : ''}`)
        .join(';')}`,
    run: async (visit, file) => {
      const { algorithm } = visit.state;
      const { size } = await visit.phase.session.stat(file);
      const hex = await digest(visit, algorithm, { file, range: undefined });
      // The draft counts the last byte in.
      const range = `0-${Math.max(0, size - 1)}`;
      return { reply: reply(213, `${wireName(algorithm)} ${range} ${hex} ${file}`) };
    },
  }),
  ...(
    [
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
      help: `Tell the ${wireName(algorithm)} digest of a file or of a part of it`,
      rfc: 'in use, RFC 5797 §3 lists it',
      replies: [250, 450, 550, 554],
      feat: name,
      run: async (visit, part) => ({ reply: reply(250, await digest(visit, algorithm, part)) }),
    }),
  ),
  verb({
    name: 'MD5',
    needs: ['inside'],
    permission: 'read',
    grammar: path,
    help: 'Tell the MD5 checksum of a file',
    rfc: 'draft-twine-ftpmd5-00 §3.1',
    replies: [251, 450, 550],
    feat: 'MD5',
    run: async (visit, file) => {
      const hex = await digest(visit, 'md5', { file, range: undefined });
      return { reply: reply(251, `${quotePath(file)} ${hex.toUpperCase()}`) };
    },
  }),
];

/** The algorithm of this name in any case. */
export function algorithmNamed(text: string): Algorithm | undefined {
  const name = text.trim().toLowerCase();
  return algorithms().find((algorithm) => algorithm === name);
}

/** The name as IANA writes it. */
export function wireName(algorithm: Algorithm): string {
  return algorithm.toUpperCase();
}

function algorithms(): Algorithm[] {
  return Object.keys(ALGORITHMS) as Algorithm[];
}

async function digest(
  { phase, desk }: Inside,
  algorithm: Algorithm,
  { file, range }: FilePart,
): Promise<string> {
  const { hex } = await phase.session.digest(file, algorithm, range, desk.signal);
  return hex;
}
