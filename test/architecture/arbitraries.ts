import * as fc from 'fast-check';
import {
  asUnits,
  type DataType,
  Decoder,
  encoded,
  type Mode,
  type Representation,
  type Structure,
} from '../../src/wire/ftp/coding/coding.ts';
import { isListable } from '../../src/wire/ftp/listing.ts';
import { isPlainName } from '../../src/wire/ftp/plain-name.ts';
import { IAC, TelnetFilter } from '../../src/wire/ftp/telnet.ts';
import { WireError } from '../../src/wire/wire-error.ts';

/** Anything, and now and then something that begins like a line, a reply, facts or a listing. */
export const anything = fc
  .tuple(
    fc.constantFrom('', '226-', 'type=', '-rw-r--r-- 1 a a 3 ', 'PROXY TCP4 ', '"', '|1|', '1,2,'),
    fc.uint8Array({ maxLength: 120 }),
  )
  .map(([beginning, rest]) => Buffer.concat([Buffer.from(beginning), rest]));

/** What is made of a value is read as that value. */
export function round<T, W>(
  values: fc.Arbitrary<T>,
  write: (value: T) => W,
  readsAs: (written: W, value: T) => void,
): fc.IRawProperty<unknown> {
  return fc.property(values, (value) => readsAs(write(value), value));
}

export const ports = fc.integer({ min: 1, max: 65_535 });

/** As the parsers make them, which have a prototype. */
export const PLAIN = { noNullPrototype: true };

export const hostPorts = fc.record({ host: fc.ipV4(), port: ports }, PLAIN);

export function inSixNumbers({ host, port }: { host: string; port: number }): string {
  return [...host.split('.'), port >> 8, port & 255].join(',');
}

/** Names that a listing can show and a client takes. */
export const listable = fc
  .string({ unit: 'binary', minLength: 1 })
  .filter((name) => isListable(name) && isPlainName(name));

/** Lines that begin as a verb does. */
export const commands = fc
  .string({ unit: 'binary' })
  .map((text) => `RETR ${text.replaceAll(/[\n\0]/g, '')}`);

/** Every representation there is. */
export const REPRESENTATIONS: readonly Representation[] = (['A', 'I'] as DataType[]).flatMap(
  (type) =>
    (['F', 'R'] as Structure[]).flatMap((structure) =>
      (['S', 'B', 'C', 'Z'] as Mode[]).map((mode) => ({ type, structure, mode })),
    ),
);

/** The bytes of a file in what came on a data connection. */
export async function decoded(
  wire: readonly Uint8Array[],
  representation: Representation,
): Promise<Buffer> {
  using decoder = new Decoder(representation);
  const parts: Buffer[] = [];
  for (const piece of wire) {
    for await (const unit of decoder.push(piece)) {
      if (unit.kind === 'bytes') parts.push(Buffer.from(unit.bytes));
    }
  }
  for await (const unit of decoder.end()) {
    if (unit.kind === 'bytes') parts.push(Buffer.from(unit.bytes));
  }
  return Buffer.concat(parts);
}

/** The bytes of a file as they go over a data connection. */
export async function onWire(
  pieces: readonly Uint8Array[],
  representation: Representation,
): Promise<Buffer[]> {
  const wire: Buffer[] = [];
  for await (const piece of encoded(asUnits(piecesOf(pieces)), representation, 6)) {
    wire.push(Buffer.from(piece));
  }
  return wire;
}

async function* piecesOf(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces;
}

/** What is left of bytes without Telnet's commands. */
export function filtered(bytes: Uint8Array): number[] {
  const filter = new TelnetFilter();
  return [...bytes].map((byte) => filter.feed(byte)).filter((byte) => byte >= 0);
}

/** Data as Telnet sends it. */
export function doubled(data: Uint8Array): Uint8Array {
  return Uint8Array.from([...data].flatMap((byte) => (byte === IAC ? [IAC, IAC] : [byte])));
}

/** @throws whatever is no WireError */
export function onlyWireErrors(error: unknown): void {
  if (!(error instanceof WireError)) throw error;
}
