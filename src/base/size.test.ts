import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { formatSize, parseSize } from './size.ts';

suite('sizes', () => {
  for (const [text, bytes] of [
    ['0', 0],
    ['1048576', 1_048_576],
    ['10 MiB', 10_485_760],
    ['1.5G', 1_610_612_736],
    ['200k', 204_800],
    ['200KB', 204_800],
    ['17B', 17],
    [' 2t ', 2_199_023_255_552],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
  ] as const) {
    test(`${JSON.stringify(text)} is ${bytes} bytes`, () => assert.equal(parseSize(text), bytes));
  }

  for (const text of [
    ...[
      '',
      ' ',
      '-1',
      '+1',
      '1e3',
      '0x10',
      'B',
      'k',
      '1.k',
      '.5k',
      '1,5k',
      '1 M i B',
      '1 x',
      '1kk',
    ],
    ...['9007199254740992', '8192T', '1'.repeat(400), 'Infinity', 'NaN'],
  ]) {
    test(`${JSON.stringify(text.slice(0, 20))} is no size`, () => {
      assert.equal(parseSize(text), undefined);
    });
  }

  for (const [bytes, text] of [
    [0, '0 B'],
    [17, '17 B'],
    [100, '100 B'],
    [1023, '1023 B'],
    [1024, '1 KiB'],
    [1536, '1.5 KiB'],
    [10_240, '10 KiB'],
    [1_572_864, '1.5 MiB'],
    [104_857_600, '100 MiB'],
    [1_048_575, '1 MiB'],
    [10_737_418_240, '10 GiB'],
    [1_234_567_890, '1.15 GiB'],
  ] as const) {
    test(`${bytes} bytes are shown as ${text}`, () => assert.equal(formatSize(bytes), text));
  }

  test('what is shown is read again as nearly the same', () => {
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 43 }), (bytes) => {
        const again = parseSize(formatSize(bytes));
        assert.ok(
          again !== undefined && Math.abs(again - bytes) <= bytes * 0.005,
          formatSize(bytes),
        );
      }),
    );
  });

  test('a round size is read again as what it is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999 }), fc.nat({ max: 4 }), (count, power) => {
        assert.equal(parseSize(formatSize(count * 1024 ** power)), count * 1024 ** power);
      }),
    );
  });
});
