import { decodeName, encodeName } from '../../base/name.ts';
import { parseDigest, type Digest } from '../../base/digest.ts';
import { KiB } from '../../base/size.ts';
import { WireError } from '../wire-error.ts';
import { digestFact, formatFacts, parseFacts } from './facts.ts';
import { parseOffset } from './sizes.ts';
import { formatTimeValue, parseTimeValue } from './time.ts';

/** The most bytes of a file that goes in a bundle: what is larger has a data connection of its own. */
export const MOST_BUNDLED_BYTES = 64 * KiB;

/** The most files in one bundle. */
export const MOST_BUNDLED_FILES = 256;

const MOST_HEAD_BYTES = 8 * KiB;
const LF = 0x0a;

/** What is said of a file in front of its bytes. */
export interface BundleHead {
  /** As the sender wrote it. */
  readonly path: string;
  readonly size: number;
  readonly digest: Digest;
  /** Milliseconds since 1970 (UTC). */
  readonly modified: number | undefined;
}

/** A file that was asked for and does not come: the code and the sentence of the reply to it. */
export interface Missing {
  readonly code: number;
  readonly sentence: string;
}

/** What a bundle holds, one behind the other. */
export type Bundled =
  | { readonly kind: 'file'; readonly head: BundleHead; readonly bytes: Buffer }
  | { readonly kind: 'missing'; readonly missing: Missing };

/**
 * Small files on one data connection: each stands behind a line of facts as in MLSD (RFC 3659 §7.2),
 * `size=3;modify=20260101120000.000;X.sha-256=…; path`, which is followed by its bytes. One that was
 * asked for and does not come has a line without bytes, `x.code=550; Why`. See docs/bundles.md.
 */
export function formatHead({ path, size, digest, modified }: BundleHead): Buffer {
  const facts: [string, string][] = [['size', String(size)]];
  if (modified !== undefined) facts.push(['modify', formatTimeValue(modified, { fraction: true })]);
  facts.push([digestFact(digest.algorithm), digest.hex]);
  return encodeName(`${formatFacts(facts, path)}\r\n`);
}

export function formatMissing({ code, sentence }: Missing): Buffer {
  return encodeName(`${formatFacts([['x.code', String(code)]], sentence)}\r\n`);
}

/** Takes a bundle apart, however it was cut into pieces. */
export class BundleDecoder {
  #pieces: Uint8Array[] = [];
  #length = 0;
  #head: BundleHead | undefined;
  #files = 0;

  /** True if the last file, or the line in front of it, has not come whole. */
  get unfinished(): boolean {
    return this.#length > 0 || this.#head !== undefined;
  }

  /**
   * What is whole by now. Nothing of `chunk` is kept.
   * @throws WireError if it is no bundle, or one beyond its limits
   */
  push(chunk: Uint8Array): Bundled[] {
    const found: Bundled[] = [];
    let rest = chunk;
    while (rest.length > 0 || this.#head?.size === this.#length) {
      if (this.#head) {
        const missing = this.#head.size - this.#length;
        this.#keep(rest.subarray(0, missing));
        rest = rest.subarray(missing);
        if (this.#length < this.#head.size) break;
        found.push({ kind: 'file', head: this.#head, bytes: this.#taken() });
        this.#head = undefined;
      } else {
        const end = rest.indexOf(LF);
        this.#keep(end < 0 ? rest : rest.subarray(0, end + 1));
        if (this.#length > MOST_HEAD_BYTES) throw new WireError('A line of facts is too long');
        if (end < 0) break;
        rest = rest.subarray(end + 1);
        const told = readHead(decodeName(this.#taken()).replace(/\r?\n$/, ''));
        this.#files += 1;
        if (this.#files > MOST_BUNDLED_FILES) throw new WireError('These are too many files');
        if ('code' in told) found.push({ kind: 'missing', missing: told });
        else this.#head = told;
      }
    }
    return found;
  }

  #keep(piece: Uint8Array): void {
    if (piece.length === 0) return;
    this.#pieces.push(Buffer.from(piece));
    this.#length += piece.length;
  }

  #taken(): Buffer {
    const all = Buffer.concat(this.#pieces);
    this.#pieces = [];
    this.#length = 0;
    return all;
  }
}

function readHead(line: string): BundleHead | Missing {
  const { facts, name } = parseFacts(line) ?? {};
  const code = facts?.get('x.code');
  if (code !== undefined && /^[45]\d\d$/.test(code)) {
    return { code: Number(code), sentence: name ?? '' };
  }
  const size = parseOffset(facts?.get('size') ?? '');
  const digest = parseDigest('sha-256', facts?.get('x.sha-256') ?? '');
  if (name === undefined || size === undefined || digest === undefined) {
    throw new WireError('A file in a bundle stands behind its size, digest and path');
  }
  if (size > MOST_BUNDLED_BYTES) {
    throw new WireError(`A file of ${size} bytes is too large for a bundle`);
  }
  return { path: name, size, digest, modified: parseTimeValue(facts?.get('modify') ?? '') };
}
