import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { decodeName } from '../../base/name.ts';
import { WireError } from '../wire-error.ts';
import { formatLine, LineDecoder, type LineEvent } from './lines.ts';

const IAC = '\xff';
const IP = `${IAC}\xf4`;
const DM = `${IAC}\xf2`;

/** Decodes a string whose characters are the bytes. */
function decode(bytes: string, maxBytes?: number): LineEvent[] {
  return new LineDecoder(maxBytes).push(Buffer.from(bytes, 'latin1'));
}

function lines(...texts: readonly string[]): LineEvent[] {
  return texts.map((text) => ({ kind: 'line', text }));
}

const interrupt: LineEvent = { kind: 'interrupt' };
const tooLong: LineEvent = { kind: 'too-long' };

/** Bytes in which everything that means something is frequent. */
const bytes = fc.array(
  fc.oneof(
    fc.constantFrom(0x00, 0x0a, 0x0d, 0xf2, 0xf4, 0xf6, 0xfb, 0xff, 0x41, 0x42, 0x4f, 0x52),
    fc.constantFrom(...Buffer.from('ABOR\r\n')),
    fc.nat(255),
  ),
  { maxLength: 60 },
);

describe('lines', () => {
  test('end at CRLF and at a bare LF', () => {
    assert.deepEqual(decode('NOOP\r\nPWD\nQUIT'), lines('NOOP', 'PWD'));
  });

  test('may be empty', () => {
    assert.deepEqual(decode('\r\n\n'), lines('', ''));
  });

  test('are read as UTF-8, and bytes that are none are kept', () => {
    const name = decodeName(Uint8Array.of(0xc3, 0xa9, 0x20, 0xe9));
    assert.deepEqual(decode('RETR \xc3\xa9 \xe9\r\n'), lines(`RETR ${name}`));
  });

  test('hold a CR where CR NUL was sent, and lose neither a lone CR nor a lone NUL', () => {
    assert.deepEqual(decode('a\r\0\r\nb\rc\r\r\nd\0e\n'), lines('a\r', 'b\rc\r', 'd\0e'));
    assert.deepEqual(decode('\0\na\r\0\nb\r\0\0\n'), lines('\0', 'a\r', 'b\r\0'));
  });

  test('begin after a whole line that was decoded before', () => {
    const decoder = new LineDecoder();
    assert.deepEqual(decoder.push(Buffer.from('NO')), []);
    assert.equal(decoder.unfinished, true);
    assert.deepEqual(decoder.push(Buffer.from('OP\r')), []);
    assert.deepEqual(decoder.push(Buffer.from('\n')), lines('NOOP'));
    assert.equal(decoder.unfinished, false);
  });
});

describe('an over-long line', () => {
  test('is told once, and nothing in it is a command', () => {
    const events = decode(`${'a'.repeat(9000)} DELE x\rDELE y\r\nNOOP\r\n`);
    assert.deepEqual(events, [tooLong, ...lines('NOOP')]);
  });

  test('is told before it ends, and is unfinished until then', () => {
    const decoder = new LineDecoder(4);
    assert.deepEqual(decoder.push(Buffer.from('abcdef')), [tooLong]);
    assert.deepEqual(decoder.push(Buffer.from('ghijklmno')), []);
    assert.equal(decoder.unfinished, true);
    assert.deepEqual(decoder.push(Buffer.from('\nok\n')), lines('ok'));
  });

  test('is one with a byte more than the limit, whichever way it ends', () => {
    for (const end of ['\n', '\r\n']) {
      assert.deepEqual(decode(`abcd${end}x\n`, 4), lines('abcd', 'x'));
      assert.deepEqual(decode(`abcde${end}x\n`, 4), [tooLong, ...lines('x')]);
      assert.deepEqual(decode(`abcd\r\0${end}x\n`, 4), [tooLong, ...lines('x')]);
    }
  });

  test('takes no more time for each byte than a short one', () => {
    const decoder = new LineDecoder();
    const chunk = Buffer.alloc(1 << 20, 'a');
    const events = [chunk, chunk, chunk, chunk].flatMap((part) => decoder.push(part));
    assert.deepEqual(events, [tooLong]);
  });
});

describe('Telnet in a line', () => {
  test('is taken out where it negotiates, and a doubled IAC is a byte of a name', () => {
    const name = decodeName(Uint8Array.of(0xff));
    assert.deepEqual(
      decode(`${IAC}\xfd\x06RE${IAC}\xf1TR ${IAC}${IAC}\r\n`),
      lines(`RETR ${name}`),
    );
  });

  test('calls for attention before ABOR, once for IP and Synch together', () => {
    assert.deepEqual(decode(`${IP}${DM}ABOR\r\n`), [interrupt, ...lines('ABOR')]);
    assert.deepEqual(decode(`${IP}ABOR\r\n${IP}STAT\r\n`), [
      interrupt,
      ...lines('ABOR'),
      interrupt,
      ...lines('STAT'),
    ]);
  });

  test('leaves ABOR whole, whichever bytes before it travelled as urgent data', () => {
    const sent = `${IP}${DM}`.split('');
    for (const lost of [1, 2, 3]) {
      const came = sent.filter((_, index) => index !== lost).join('');
      assert.deepEqual(decode(`${came}ABOR\r\n`), [interrupt, ...lines('ABOR')], `lost ${lost}`);
    }
    assert.deepEqual(decode(`\xf4\xf2ABOR\r\n`), [interrupt, ...lines('ABOR')]);
  });

  test('lets an urgent ABOR end without the LF that was lost, and forgives one that was not', () => {
    assert.deepEqual(decode(`${IP}${IAC}ABOR\rNOOP\r\n`), [interrupt, ...lines('ABOR', 'NOOP')]);
    assert.deepEqual(decode(`${IP}${IAC}abor\r\nNOOP\r\n`), [interrupt, ...lines('abor', 'NOOP')]);
    // Python's ftplib sends no Telnet command before it.
    assert.deepEqual(decode(`ABOR\rNOOP\r\n`), lines('ABOR', 'NOOP'));
    assert.deepEqual(decode(`ABOR\r\nNOOP\r\n`), lines('ABOR', 'NOOP'));
    assert.deepEqual(decode(`${IP}STAT\rNOOP\r\n`), [interrupt, ...lines('STAT\rNOOP')]);
  });

  test('does not make an over-long line end earlier, nor the next one differ', () => {
    const events = decode(`abcdef${IP}ABOR\rABOR\r\n${IP}ABOR\rNOOP\n`, 4);
    assert.deepEqual(events, [tooLong, interrupt, interrupt, ...lines('ABOR', 'NOOP')]);
    const after = decode(`abcdefghijklm${IP}\r\nABOR\rNOOP\n`, 9);
    assert.deepEqual(after, [tooLong, interrupt, ...lines('ABOR', 'NOOP')]);
  });

  test('may be a hundred thousand IAC bytes, which are no line and hold up nothing', () => {
    const decoder = new LineDecoder();
    assert.deepEqual(decoder.push(Buffer.alloc(100_000, 0xff)), []);
    assert.equal(decoder.unfinished, false);
    assert.deepEqual(decoder.push(Buffer.from('NOOP\r\n')), lines('NOOP'));
  });

  test('may be a hundred thousand interrupts, which are one', () => {
    assert.deepEqual(decode(IP.repeat(100_000)), [interrupt]);
  });

  test('may be cut anywhere', () => {
    const decoder = new LineDecoder();
    const parts = [...Buffer.from(`${IP}${DM}ABOR\r\n`, 'latin1')].map((byte) =>
      Uint8Array.of(byte),
    );
    assert.deepEqual(
      parts.flatMap((part) => decoder.push(part)),
      [interrupt, ...lines('ABOR')],
    );
  });
});

describe('the decoder', () => {
  test('gives the same events however the bytes are cut into chunks', () => {
    fc.assert(
      fc.property(
        bytes,
        fc.array(fc.nat(60)),
        fc.integer({ min: 1, max: 12 }),
        (all, cuts, max) => {
          const data = Uint8Array.from(all);
          const whole = new LineDecoder(max);
          const pieces = new LineDecoder(max);
          const borders = [0, ...cuts.toSorted((a, b) => a - b), data.length];
          const events = borders.flatMap((at, index) =>
            pieces.push(data.subarray(at, borders[index + 1] ?? data.length)),
          );
          assert.deepEqual(events, whole.push(data));
          assert.equal(pieces.unfinished, whole.unfinished);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('reads any bytes without throwing, and no line is over the limit nor holds an LF', () => {
    fc.assert(
      fc.property(bytes, fc.integer({ min: 1, max: 12 }), (all, max) => {
        for (const event of new LineDecoder(max).push(Uint8Array.from(all))) {
          if (event.kind !== 'line') continue;
          assert.ok(event.text.length <= max);
          assert.ok(!event.text.includes('\n'));
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('always finds the next command after an LF, whatever came before', () => {
    fc.assert(
      fc.property(bytes, (all) => {
        // The LF twice: the first may be the option of a Telnet negotiation.
        const data = Buffer.concat([Uint8Array.from(all), Buffer.from('\n\nNOOP\r\n')]);
        assert.deepEqual(new LineDecoder(8).push(data).at(-1), { kind: 'line', text: 'NOOP' });
      }),
    );
  });
});

describe('a formatted line', () => {
  test('doubles a byte 0xFF and sends a CR in a name as CR NUL', () => {
    const name = decodeName(Uint8Array.of(0x61, 0xff));
    assert.equal(formatLine(`RETR ${name}\rb`).toString('latin1'), 'RETR a\xff\xff\r\0b\r\n');
  });

  test('cannot hold LF or NUL', () => {
    assert.throws(() => formatLine('RETR a\nDELE b'), WireError);
    assert.throws(() => formatLine('RETR a\0'), WireError);
  });

  test('is decoded to the text that it was made of', () => {
    fc.assert(
      fc.property(bytes, (all) => {
        const argument = decodeName(Uint8Array.from(all.filter((byte) => byte && byte !== 0x0a)));
        const text = `RETR ${argument}`;
        assert.deepEqual(new LineDecoder().push(formatLine(text)), lines(text));
      }),
      { numRuns: 1000 },
    );
  });
});
