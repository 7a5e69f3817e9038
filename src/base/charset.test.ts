import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { CHARSET_NAMES, charsetNamed } from './charset.ts';

/** Names as Python's codecs of the same name write them. */
const SAMPLES = [
  ['gbk', '中文目录', 'd6d0cec4c4bfc2bc'],
  ['gbk', '報告', '88f3b8e6'],
  ['gb18030', '中文', 'd6d0cec4'],
  ['gb18030', '\u0439\u{1f600}', 'a7db9439fc36'],
  ['gb18030', '\u20ad', '8136b332'],
  ['big5', '中文十', 'a4a4a4e5a451'],
  ['shift-jis', '日本語ｱソ', '93fa967b8ceab1835c'],
  ['euc-kr', '한국', 'c7d1b1b9'],
  ['latin1', 'Ünïcode ÿ', 'dc6eef636f646520ff'],
  ['windows-1251', 'Привет', 'cff0e8e2e5f2'],
] as const;

suite('charsets of old clients', () => {
  for (const [name, text, hex] of SAMPLES) {
    test(`${name} writes and reads ${text}`, () => {
      const charset = charsetNamed(name);
      assert.equal(charset.encode(text).toString('hex'), hex);
      assert.equal(charset.decode(Buffer.from(hex, 'hex')), text);
    });
  }

  for (const name of CHARSET_NAMES) {
    const charset = charsetNamed(name);

    test(`what ${name} writes it reads again, unless it had to spell it out`, () => {
      fc.assert(
        fc.property(fc.string({ unit: 'binary', maxLength: 20 }), (text) => {
          const bytes = charset.encode(text);
          const back = charset.decode(bytes);
          if (bytes.includes('%')) return;
          assert.equal(back.isWellFormed() ? back : '', text.isWellFormed() ? text : back);
        }),
      );
    });

    test(`any bytes are text in ${name}, ASCII stays ASCII, and no byte is lost`, () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
          const text = charset.decode(bytes);
          for (const sign of '/\r\n\0') {
            const before = Buffer.from(bytes).filter((byte) => byte === sign.charCodeAt(0)).length;
            assert.equal(text.split(sign).length - 1, before);
          }
          const again = charset.decode(charset.encode(text));
          if (!charset.encode(text).includes('%')) assert.equal(again, text);
        }),
      );
    });
  }

  test('what has no bytes is spelled out, and breaks nothing beside it', () => {
    assert.equal(
      charsetNamed('latin1').encode('a中\u{1f600}b').toString('latin1'),
      'a%E4%B8%AD%F0%9F%98%80b',
    );
    assert.equal(
      charsetNamed('gbk').encode('中\u{1f600}').toString('latin1'),
      '\xd6\xd0%F0%9F%98%80',
    );
  });

  test('bytes that are no character stay what they are', () => {
    const bytes = Buffer.from('d6d0fffed6', 'hex');
    const text = charsetNamed('gbk').decode(bytes);
    assert.ok(!text.isWellFormed());
    assert.deepEqual(charsetNamed('gbk').encode(text), bytes);
  });
});
