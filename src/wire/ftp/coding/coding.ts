import { BlockDecoder, BlockEncoder } from './blocks.ts';
import { deflated, Inflater } from './deflate.ts';
import { RunDecoder, RunEncoder } from './runs.ts';
import { PlainDecoder, PlainEncoder, RecordDecoder, RecordEncoder } from './stream.ts';
import {
  ImageFromWire,
  ImageToWire,
  TextFromWire,
  TextToRecords,
  TextToWire,
  type TextLayer,
} from './text.ts';
import {
  bytesUnit,
  FILE_END,
  type EndMark,
  type FrameDecoder,
  type FrameEncoder,
  type Unit,
} from './unit.ts';

export type DataType = 'A' | 'I';
export type Structure = 'F' | 'R';
export type Mode = 'S' | 'B' | 'C' | 'Z';

/** How files look on a data connection (RFC 959 §3). */
export interface Representation {
  readonly type: DataType;
  readonly structure: Structure;
  readonly mode: Mode;
}

interface Text {
  readonly fromWire: () => TextLayer;
  readonly toWire: () => TextLayer;
}

interface Frame {
  readonly decoder: () => FrameDecoder;
  readonly encoder: () => FrameEncoder;
}

const TEXTS = {
  I: {
    F: {
      fromWire: () => new ImageFromWire(),
      toWire: () => new ImageToWire({ isRecord: false }),
    },
    R: {
      fromWire: () => new ImageFromWire(),
      toWire: () => new ImageToWire({ isRecord: true }),
    },
  },
  A: {
    F: { fromWire: () => new TextFromWire(), toWire: () => new TextToWire() },
    R: { fromWire: () => new TextFromWire(), toWire: () => new TextToRecords() },
  },
} as const satisfies Record<DataType, Record<Structure, Text>>;

const BYTES = { decoder: () => new PlainDecoder(), encoder: () => new PlainEncoder() };
const RECORDS = { decoder: () => new RecordDecoder(), encoder: () => new RecordEncoder() };
const BLOCKS = { decoder: () => new BlockDecoder(), encoder: () => new BlockEncoder() };

/** RFC 959 §3.4.3: a filler is a space in text and zero else. */
const FILLERS = { A: 0x20, I: 0 } as const;

const FRAMES = {
  S: { F: () => BYTES, R: () => RECORDS },
  B: { F: () => BLOCKS, R: () => BLOCKS },
  C: { F: runs, R: runs },
  // What is compressed is what a stream would be.
  Z: { F: () => BYTES, R: () => RECORDS },
} as const satisfies Record<Mode, Record<Structure, (type: DataType) => Frame>>;

function runs(type: DataType): Frame {
  const filler = FILLERS[type];
  return { decoder: () => new RunDecoder(filler), encoder: () => new RunEncoder(filler) };
}

/** Nothing is done to the bytes of such a transfer, and only the connection ends it. */
export function isPlain({ type, structure, mode }: Representation): boolean {
  return type === 'I' && structure === 'F' && mode === 'S';
}

/** Reads all bytes of one data connection. To be disposed of. */
export class Decoder implements Disposable {
  readonly #inflater: Inflater | undefined;
  readonly #frame: FrameDecoder;
  readonly #text: TextLayer;

  constructor({ type, structure, mode }: Representation) {
    this.#inflater = mode === 'Z' ? new Inflater() : undefined;
    this.#frame = FRAMES[mode][structure](type).decoder();
    this.#text = TEXTS[type][structure].fromWire();
  }

  /** Whether the data itself has said that it was all; compressed data says it at {@link end}. */
  get mark(): EndMark {
    const outer = this.#inflater?.mark ?? 'none';
    const inner = this.#frame.mark;
    if (outer === 'missing' || inner === 'missing') return 'missing';
    return outer === 'seen' ? outer : inner;
  }

  /**
   * What of the file these bytes hold, and markers. All of it has to be taken before the next call;
   * the bytes may belong to `chunk`.
   * @throws WireError if they are not what they should be
   */
  async *push(chunk: Uint8Array): AsyncGenerator<Unit> {
    if (this.#inflater === undefined) yield* this.#read(chunk);
    else for await (const piece of this.#inflater.push(chunk)) yield* this.#read(piece);
  }

  /** The connection has ended: what was held back until now. */
  async *end(): AsyncGenerator<Unit> {
    if (this.#inflater) for await (const piece of this.#inflater.end()) yield* this.#read(piece);
    for (const unit of this.#frame.end()) yield* this.#text.take(unit);
    yield* this.#text.end();
  }

  [Symbol.dispose](): void {
    this.#inflater?.[Symbol.dispose]();
  }

  *#read(piece: Uint8Array): Generator<Unit> {
    for (const unit of this.#frame.push(piece)) yield* this.#text.take(unit);
  }
}

/**
 * A file as it goes over a data connection.
 * @param source its units, of which only the last ones given have to stay as they are
 * @param level of the compression in MODE Z, 0 to 9
 */
export function encoded(
  source: AsyncIterable<Unit>,
  representation: Representation,
  level: number,
): AsyncIterable<Uint8Array> {
  const framed = inFrames(source, representation);
  return representation.mode === 'Z' ? deflated(framed, level) : framed;
}

async function* inFrames(
  source: AsyncIterable<Unit>,
  { type, structure, mode }: Representation,
): AsyncGenerator<Uint8Array> {
  const text = TEXTS[type][structure].toWire();
  const frame = FRAMES[mode][structure](type).encoder();
  for await (const unit of source) yield* together(frame, text.take(unit));
  yield* together(frame, [...text.end(), FILE_END]);
}

/** One piece of all that becomes of some units: many small ones would cost more. */
function* together(frame: FrameEncoder, units: Iterable<Unit>): Generator<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for (const unit of units) pieces.push(...frame.encode(unit));
  const bytes = Buffer.concat(pieces);
  if (bytes.length > 0) yield bytes;
}

/** The bytes of a file and nothing between them. */
export async function* asUnits(source: AsyncIterable<Uint8Array>): AsyncGenerator<Unit> {
  for await (const bytes of source) yield bytesUnit(bytes);
}
