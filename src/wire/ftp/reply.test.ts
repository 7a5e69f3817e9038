import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { decodeName } from '../../base/name.ts';
import { WireError } from '../wire-error.ts';
import { formatReply, ReplyParser, type Reply } from './reply.ts';

function format(code: number, ...lines: readonly string[]): string {
  return formatReply({ code, lines }).toString('latin1');
}

function parse(text: string): Reply[] {
  return new ReplyParser().push(Buffer.from(text, 'latin1'));
}

/** The text as it can be sent. */
function sendable(line: string): string {
  // oxlint-disable-next-line no-control-regex -- these two are exactly what is replaced
  return line.replaceAll(/[\n\0]/g, '?');
}

const code = fc.integer({ min: 100, max: 659 });

/** Texts that like to look like codes, ends and indents. */
const text = fc.oneof(
  fc.constantFrom('', ' ', '  ', '-', '226 ', '226-', ' 226 done', '\r', '\r\0', '\u2028'),
  fc.tuple(code, fc.constantFrom(' ', '-', ''), fc.string()).map((parts) => parts.join('')),
  fc.uint8Array({ maxLength: 12 }).map((bytes) => decodeName(bytes)),
);

const reply = fc.record({ code, lines: fc.array(text, { minLength: 1, maxLength: 5 }) });

describe('a formatted reply', () => {
  test('of one line has a space behind its code', () => {
    assert.equal(format(200, 'ok'), '200 ok\r\n');
    assert.equal(format(200), '200 \r\n');
  });

  test('of more lines has a hyphen in the first, an indent in the middle, a space in the last', () => {
    assert.equal(
      format(211, 'Features:', 'SIZE', '211 End', 'End'),
      '211-Features:\r\n SIZE\r\n 211 End\r\n211 End\r\n',
    );
    assert.equal(format(211, 'a', 'b'), '211-a\r\n211 b\r\n');
  });

  test('cannot be broken out of by what is in its text', () => {
    assert.equal(format(550, 'a\r\n200 ok\0'), '550 a\r\0?200 ok?\r\n');
  });

  test('doubles a byte 0xFF', () => {
    assert.equal(format(257, decodeName(Uint8Array.of(0xff))), '257 \xff\xff\r\n');
  });

  test('is parsed to itself, but for the bytes that cannot be sent', () => {
    fc.assert(
      fc.property(fc.array(reply, { maxLength: 4 }), (replies) => {
        const expected = replies.map((each) => ({ ...each, lines: each.lines.map(sendable) }));
        const bytes = Buffer.concat(replies.map((each) => formatReply(each)));
        assert.deepEqual(new ReplyParser().push(bytes), expected);
      }),
      { numRuns: 1000 },
    );
  });

  test('is parsed the same byte by byte', () => {
    fc.assert(
      fc.property(fc.array(reply, { maxLength: 3 }), (replies) => {
        const bytes = Buffer.concat(replies.map((each) => formatReply(each)));
        const parser = new ReplyParser();
        const found = Array.from(bytes).flatMap((byte) => parser.push(Uint8Array.of(byte)));
        assert.deepEqual(found, new ReplyParser().push(bytes));
      }),
    );
  });
});

describe('the parser', () => {
  test('takes a code without a text', () => {
    assert.deepEqual(parse('226\r\n'), [{ code: 226, lines: [''] }]);
  });

  test('ends a reply only at its own code and a space', () => {
    assert.deepEqual(parse('211-Status\r\n213 not yet\r\n2110 nor yet\r\n211 End\r\n'), [
      { code: 211, lines: ['Status', '213 not yet', '2110 nor yet', 'End'] },
    ]);
  });

  test('takes away the code that some servers write before every line', () => {
    assert.deepEqual(parse('230-Welcome\r\n230-Be kind\r\n230 In\r\n'), [
      { code: 230, lines: ['Welcome', 'Be kind', 'In'] },
    ]);
  });

  test('keeps what it needs of a reply that is cut', () => {
    const parser = new ReplyParser();
    assert.deepEqual(parser.push(Buffer.from('150 go\r\n226-al')), [{ code: 150, lines: ['go'] }]);
    assert.deepEqual(parser.push(Buffer.from('most\r\n226 done\r')), []);
    assert.deepEqual(parser.push(Buffer.from('\n')), [{ code: 226, lines: ['almost', 'done'] }]);
  });

  test('refuses what is no reply', () => {
    for (const line of ['', 'SSH-2.0-x', '22 x', '2200', '099 x', '700 x', ' 220 x', '220_x']) {
      assert.throws(() => parse(`${line}\r\n`), WireError, line);
    }
  });

  test('refuses an endless line, and a reply of endless lines, even of empty ones', () => {
    const limits = { maxBytes: 1000 };
    assert.throws(() => new ReplyParser(limits).push(Buffer.alloc(1002, '2')), WireError);
    const endless = new ReplyParser(limits);
    endless.push(Buffer.from('220-\r\n'));
    assert.throws(() => {
      for (let round = 0; round < 500; round += 1) endless.push(Buffer.from('\r\n'));
    }, WireError);
  });

  test('takes Telnet commands out of what a server says', () => {
    assert.deepEqual(parse('\xff\xf422\xff\xfb\x010 \xff\xf1hi\r\n'), [
      { code: 220, lines: ['hi'] },
    ]);
  });

  test('knows whether a reply has begun and not ended', () => {
    const parser = new ReplyParser();
    const after = (bytes: string): boolean => {
      parser.push(Buffer.from(bytes));
      return parser.unfinished;
    };
    assert.equal(parser.unfinished, false);
    assert.equal(after('234 Go ahead\r\n'), false);
    assert.equal(after('2'), true);
    assert.equal(after('34-more\r\n'), true);
    assert.equal(after('234 end\r\n'), false);
  });

  test('counts each reply for itself', () => {
    const parser = new ReplyParser({ maxBytes: 20 });
    for (let round = 0; round < 100; round += 1) {
      assert.equal(parser.push(Buffer.from('200 0123456789\r\n')).length, 1);
    }
  });

  test('throws nothing but a WireError, whatever comes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          new ReplyParser().push(Buffer.concat([Buffer.from('220'), bytes]));
        } catch (error) {
          assert.ok(error instanceof WireError);
        }
      }),
    );
  });
});
