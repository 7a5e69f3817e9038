import { open, readFile, rm, type FileHandle } from 'node:fs/promises';
import { writeDurably } from './durable.ts';
import { failedWith, osPath } from './os-path.ts';

/** Which version of which file a part is of. */
export interface PartOrigin {
  /** The remote's label. */
  readonly remote: string;
  readonly path: string;
  /** Bytes, where the server tells. */
  readonly size: number | undefined;
  /** Milliseconds since 1970, where the server tells. */
  readonly modified: number | undefined;
  /** What the server says stays the same for the same version. */
  readonly identity: string | undefined;
}

/** Bytes of the part that were on the disk when this was written, and their SHA-256. */
export interface Piece {
  readonly at: number;
  readonly bytes: number;
  readonly sha256: string;
}

const FORMAT = 1;

/**
 * What is known of a part file, beside it: one line of JSON for its origin, one for each piece.
 * It is there before the first byte of the part and a piece is added only when its bytes are on
 * the disk, so what it says can be behind and never ahead. Losing it costs time only.
 */
export class Journal implements AsyncDisposable {
  readonly origin: PartOrigin;
  readonly #handle: FileHandle;
  #end: number;

  private constructor(origin: PartOrigin, handle: FileHandle, end: number) {
    this.origin = origin;
    this.#handle = handle;
    this.#end = end;
  }

  /** A new one, instead of what was there. */
  static async create(path: string, origin: PartOrigin): Promise<Journal> {
    const text = `${JSON.stringify({ carryon: FORMAT, ...origin })}\n`;
    await writeDurably(path, text);
    return new Journal(origin, await open(osPath(path), 'r+'), Buffer.byteLength(text));
  }

  /**
   * The one that is there, with its pieces; undefined if there is none, or none that makes sense.
   * What a crash left of its last line is cut off with the first line that is to be added.
   */
  static async open(
    path: string,
  ): Promise<{ journal: Journal; pieces: readonly Piece[] } | undefined> {
    const text = await readIfThere(path);
    const read = text === undefined ? undefined : parse(text);
    if (!read) return undefined;
    const handle = await open(osPath(path), 'r+');
    return { journal: new Journal(read.origin, handle, read.end), pieces: read.pieces };
  }

  /** Only for pieces that are on the disk. When it resolves, so is what was recorded. */
  async append(pieces: readonly Piece[]): Promise<void> {
    if (pieces.length === 0) return;
    const lines = Buffer.from(pieces.map((piece) => `${JSON.stringify(piece)}\n`).join(''));
    await this.#handle.truncate(this.#end);
    await this.#handle.write(lines, 0, lines.length, this.#end);
    await this.#handle.datasync();
    this.#end += lines.length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
  }
}

/** Removes what is there, if anything. */
export async function removeJournal(path: string): Promise<void> {
  await rm(osPath(path), { force: true });
}

/** What a journal says, and how many bytes of it make sense. */
export function parse(
  text: Buffer,
): { origin: PartOrigin; pieces: readonly Piece[]; end: number } | undefined {
  let end = text.indexOf('\n') + 1;
  const origin = asOrigin(parseLine(text.subarray(0, end)));
  if (!origin) return undefined;
  const pieces: Piece[] = [];
  for (;;) {
    const next = text.indexOf('\n', end) + 1;
    const piece = next === 0 ? undefined : asPiece(parseLine(text.subarray(end, next)));
    if (!piece) return { origin, pieces, end };
    pieces.push(piece);
    end = next;
  }
}

function parseLine(line: Buffer): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line.toString());
    return typeof value === 'object' && value !== null
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}

function asOrigin(value: Readonly<Record<string, unknown>> | undefined): PartOrigin | undefined {
  if (value?.['carryon'] !== FORMAT) return undefined;
  const { remote, path, size, modified, identity } = value;
  if (typeof remote !== 'string' || typeof path !== 'string') return undefined;
  return {
    remote,
    path,
    size: typeof size === 'number' ? size : undefined,
    modified: typeof modified === 'number' ? modified : undefined,
    identity: typeof identity === 'string' ? identity : undefined,
  };
}

function asPiece(value: Readonly<Record<string, unknown>> | undefined): Piece | undefined {
  const { at, bytes, sha256 } = value ?? {};
  const isPiece =
    Number.isSafeInteger(at) &&
    Number.isSafeInteger(bytes) &&
    typeof sha256 === 'string' &&
    /^[0-9a-f]{64}$/.test(sha256);
  return isPiece && Number(at) >= 0 && Number(bytes) > 0
    ? { at: Number(at), bytes: Number(bytes), sha256 }
    : undefined;
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(osPath(path));
  } catch (error) {
    if (failedWith(error, 'ENOENT')) return undefined;
    throw error;
  }
}
