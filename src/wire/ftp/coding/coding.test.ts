import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { WireError } from '../../wire-error.ts';
import {
  Decoder,
  encoded,
  type DataType,
  type Mode,
  type Representation,
  type Structure,
} from './coding.ts';
import { bytesUnit, type EndMark, type Unit } from './unit.ts';

const ALL: readonly Representation[] = (['A', 'I'] as DataType[]).flatMap((type) =>
  (['F', 'R'] as Structure[]).flatMap((structure) =>
    (['S', 'B', 'C', 'Z'] as Mode[]).map((mode) => ({ type, structure, mode })),
  ),
);

/** Bytes in which runs, line ends and escapes are frequent. */
const pieces = fc.array(
  fc.oneof(
    fc
      .array(fc.constantFrom(0x0d, 0x0a, 0x41, 0xff, 0x00, 0x20), { maxLength: 8 })
      .map((bytes) => Buffer.from(bytes)),
    fc
      .tuple(fc.constantFrom(0, 0x20, 0xff, 0x42), fc.nat(200))
      .map(([byte, length]) => Buffer.alloc(length, byte)),
  ),
  { maxLength: 8 },
);

const cuts = fc.array(fc.nat(), { maxLength: 6 });

async function encode(units: readonly Unit[], representation: Representation): Promise<Buffer> {
  const given = (async function* (): AsyncGenerator<Unit> {
    for (const unit of units) {
      if (unit.kind !== 'bytes') {
        yield unit;
        continue;
      }
      // As a buffer that is read into again: nothing of it may be kept.
      const bytes = Buffer.from(unit.bytes);
      yield bytesUnit(bytes);
      bytes.fill(0x23);
    }
  })();
  const out: Buffer[] = [];
  for await (const piece of encoded(given, representation, 6)) out.push(Buffer.from(piece));
  return Buffer.concat(out);
}

interface Decoded {
  readonly bytes: Buffer;
  readonly markers: readonly string[];
  readonly mark: EndMark;
}

async function decode(
  chunks: readonly Uint8Array[],
  representation: Representation,
): Promise<Decoded> {
  using decoder = new Decoder(representation);
  const bytes: Buffer[] = [];
  const markers: string[] = [];
  const take = async (units: AsyncIterable<Unit>): Promise<void> => {
    for await (const unit of units) {
      if (unit.kind === 'bytes') bytes.push(Buffer.from(unit.bytes));
      if (unit.kind === 'marker') markers.push(unit.text);
    }
  };
  for (const chunk of chunks) await take(decoder.push(chunk));
  await take(decoder.end());
  return { bytes: Buffer.concat(bytes), markers, mark: decoder.mark };
}

function cut(bytes: Buffer, at: readonly number[]): Buffer[] {
  const borders = at.map((border) => (bytes.length === 0 ? 0 : border % bytes.length));
  const sorted = [0, ...borders.toSorted((one, other) => one - other), bytes.length];
  return sorted.slice(1).map((end, index) => bytes.subarray(sorted[index], end));
}

/** What a file becomes that goes out and comes in again: text loses the CR before its line ends. */
function expected(bytes: Buffer, { type }: Representation): Buffer {
  if (type === 'I') return bytes;
  return Buffer.from(bytes.toString('latin1').replaceAll('\r\n', '\n'), 'latin1');
}

function named({ type, structure, mode }: Representation): string {
  return `TYPE ${type} STRU ${structure} MODE ${mode}`;
}

suite('every type, structure and mode', () => {
  for (const representation of ALL) {
    const isMarked = representation.mode !== 'S' || representation.structure === 'R';

    test(`${named(representation)}: what goes out comes in again, however it is cut`, async () => {
      await fc.assert(
        fc.asyncProperty(pieces, cuts, async (parts, borders) => {
          const wire = await encode(parts.map(bytesUnit), representation);
          const { bytes, mark } = await decode(cut(wire, borders), representation);
          const wanted = expected(Buffer.concat(parts), representation);
          assert.equal(bytes.toString('hex'), wanted.toString('hex'));
          assert.equal(mark, isMarked ? 'seen' : 'none');
        }),
        { numRuns: 40 },
      );
    });

    if (isMarked) {
      test(`${named(representation)}: a part of it is never taken for the whole`, async () => {
        await fc.assert(
          fc.asyncProperty(pieces, fc.nat(), async (parts, at) => {
            const wire = await encode(parts.map(bytesUnit), representation);
            const part = wire.subarray(0, at % wire.length);
            const wanted = expected(Buffer.concat(parts), representation).toString('latin1');
            const { bytes, mark } = await decode([part], representation);
            const came = bytes.toString('latin1');
            // A CR may have been held for the LF that was cut off.
            assert.ok(
              wanted.startsWith(came) || `${wanted}\r`.startsWith(came) || came.endsWith('\r'),
            );
            if (mark === 'seen') assert.equal(came, wanted);
          }),
          { numRuns: 40 },
        );
      });
    }

    test(`${named(representation)}: whatever comes is data, or refused`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), cuts, async (bytes, borders) => {
          try {
            await decode(cut(Buffer.from(bytes), borders), representation);
          } catch (error) {
            assert.ok(error instanceof WireError, String(error));
          }
        }),
        { numRuns: 40 },
      );
    });
  }
});

const I_F_Z: Representation = { type: 'I', structure: 'F', mode: 'Z' };

suite('compressed data', () => {
  for (const size of [0, 1, 16 * 1024, 16 * 1024 + 1, 300_000]) {
    test(`of ${size} bytes comes out again, whether it comes whole or not`, async () => {
      const pieces = [];
      for (let at = 0; at < size; at += 10_000) {
        pieces.push(randomBytes(Math.min(10_000, size - at)));
      }
      const wire = await encode(pieces.map(bytesUnit), I_F_Z);
      for (const chunks of [[wire], cut(wire, [1, wire.length - 1])]) {
        const { bytes, mark } = await decode(chunks, I_F_Z);
        assert.deepEqual([bytes, mark], [Buffer.concat(pieces), 'seen']);
      }
    });
  }

  test('that becomes very much comes out whole', async () => {
    const zeros = Buffer.alloc(4_000_000);
    const { bytes, mark } = await decode([await encode([bytesUnit(zeros)], I_F_Z)], I_F_Z);
    assert.deepEqual([bytes.length, mark], [zeros.length, 'seen']);
  });

  test('behind whose end more follows is refused, however it comes', async () => {
    const wire = await encode([bytesUnit(Buffer.from('whole'))], I_F_Z);
    const more = Buffer.from('more');
    for (const chunks of [[Buffer.concat([wire, more])], [wire, more]]) {
      await assert.rejects(decode(chunks, I_F_Z), /More follows behind the end/);
    }
  });
});

const I_F_B: Representation = { type: 'I', structure: 'F', mode: 'B' };
const A_R_B: Representation = { type: 'A', structure: 'R', mode: 'B' };
const A_R_S: Representation = { type: 'A', structure: 'R', mode: 'S' };
const I_F_C: Representation = { type: 'I', structure: 'F', mode: 'C' };
const A_R_C: Representation = { type: 'A', structure: 'R', mode: 'C' };

interface Wire {
  readonly what: string;
  readonly representation: Representation;
  readonly wire: string;
  readonly file: string;
}

/** As RFC 959 §3.4 draws them; latin1. */
const KNOWN: readonly Wire[] = [
  { what: 'one block', representation: I_F_B, wire: '\x40\0\x03abc', file: 'abc' },
  { what: 'an empty last block', representation: I_F_B, wire: '\0\0\x03abc\x40\0\0', file: 'abc' },
  { what: 'an empty file in blocks', representation: I_F_B, wire: '\x40\0\0', file: '' },
  {
    what: 'records in blocks, the last with the end of the file',
    representation: A_R_B,
    wire: '\x80\0\x02ab\x80\0\0\xc0\0\x01c',
    file: 'ab\n\nc\n',
  },
  {
    what: 'records in a stream',
    representation: A_R_S,
    wire: 'ab\xff\x01\xff\xffc\xff\x03',
    file: 'ab\n\xffc\n',
  },
  { what: 'a last record without end', representation: A_R_S, wire: 'ab\xff\x02', file: 'ab' },
  {
    what: 'strings, a repeated byte and a filler',
    representation: I_F_C,
    wire: '\x02ab\x83x\xc2\0\x40\x01z',
    file: 'abxxx\0\0z',
  },
  {
    what: 'a filler of text',
    representation: A_R_C,
    wire: '\xc3\0\x80\x01a\0\x40',
    file: '   a\n',
  },
  { what: 'an end without a string', representation: I_F_C, wire: '\x01a\0\x40', file: 'a' },
];

suite('codings as they are written down', () => {
  for (const { what, representation, wire, file } of KNOWN) {
    test(`${named(representation)}: ${what}`, async () => {
      const { bytes, mark } = await decode([Buffer.from(wire, 'latin1')], representation);
      assert.equal(bytes.toString('latin1'), file);
      assert.equal(mark, 'seen');
    });
  }

  test('the end of a record and of the file are said together', async () => {
    const units = [bytesUnit(Buffer.from('a\nb\n'))];
    assert.equal((await encode(units, A_R_S)).toString('latin1'), 'a\xff\x01b\xff\x03');
    assert.equal((await encode(units, A_R_B)).toString('latin1'), '\x80\0\x01a\xc0\0\x01b');
  });

  test('a long file goes in blocks of at most 65,535 bytes', async () => {
    const wire = await encode([bytesUnit(Buffer.alloc(150_000, 7))], I_F_B);
    assert.deepEqual([...wire.subarray(0, 3)], [0, 0xff, 0xff]);
    assert.equal(wire.length, 150_000 + 3 * 3);
  });

  test('runs become shorter, and a kilobyte of zeros twenty bytes', async () => {
    const wire = await encode([bytesUnit(Buffer.alloc(1024))], I_F_C);
    assert.equal(wire.length, 17 + 3);
  });

  for (const representation of [I_F_B, I_F_C]) {
    test(`${named(representation)}: markers stand where they were put`, async () => {
      const units: Unit[] = [
        bytesUnit(Buffer.from('one')),
        { kind: 'marker', text: 'here.3' },
        bytesUnit(Buffer.from('two')),
      ];
      const wire = await encode(units, representation);
      const { bytes, markers, mark } = await decode(cut(wire, [2, 4, 6, 7]), representation);
      assert.equal(bytes.toString(), 'onetwo');
      assert.deepEqual(markers, ['here.3']);
      assert.equal(mark, 'seen');
    });
  }
});

const REFUSED: readonly (readonly [what: string, representation: Representation, wire: string])[] =
  [
    ['a block that its sender suspects', I_F_B, '\x20\0\x01a'],
    ['a block with bits that mean nothing', I_F_B, '\x01\0\x01a'],
    ['anything behind the last block', I_F_B, '\x40\0\x01ax'],
    ['a marker that is too long', I_F_B, '\x10\x01\0'],
    ['a marker with a space', I_F_B, '\x10\0\x03a b'],
    ['an escape that means nothing', I_F_C, '\0\x01'],
    ['a code of no record', A_R_S, 'a\xff\x04'],
    ['anything behind the end of the file', A_R_S, 'a\xff\x02b'],
    ['what is not compressed at all', I_F_Z, 'hello'],
  ];

suite('what breaks a coding', () => {
  for (const [what, representation, wire] of REFUSED) {
    test(`${named(representation)}: ${what} is refused`, async () => {
      await assert.rejects(decode([Buffer.from(wire, 'latin1')], representation), WireError);
    });
  }

  test('compressed data with a wrong checksum, or something behind it, is refused', async () => {
    const wire = await encode([bytesUnit(Buffer.from('hello'))], I_F_Z);
    const wrong = Buffer.from(wire);
    wrong[wrong.length - 1]! ^= 1;
    await assert.rejects(decode([wrong], I_F_Z), WireError);
    await assert.rejects(decode([wire, Buffer.from('x')], I_F_Z), WireError);
    await assert.rejects(decode([Buffer.concat([wire, Buffer.from('x')])], I_F_Z), WireError);
  });

  test('a small compressed piece is handed on in pieces, however large it becomes', async () => {
    const wire = await encode([bytesUnit(Buffer.alloc(20_000_000))], I_F_Z);
    using decoder = new Decoder(I_F_Z);
    let [largest, total] = [0, 0];
    for await (const unit of decoder.push(wire)) {
      if (unit.kind !== 'bytes') continue;
      largest = Math.max(largest, unit.bytes.length);
      total += unit.bytes.length;
    }
    assert.equal(total, 20_000_000);
    assert.ok(largest <= 256 * 1024, `${largest} bytes at once`);
  });
});
