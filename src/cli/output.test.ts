import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { sentences } from './output.ts';

suite('sentences in columns', () => {
  const rows = [
    ['anna', 'added', 'one two three four five six seven eight nine ten'],
    ['b', 'locked', ''],
  ];

  test('are broken between words and go on below where they began', () => {
    assert.deepEqual(sentences(rows, 46), [
      'anna  added   one two three four five six',
      '              seven eight nine ten',
      'b     locked',
    ]);
  });

  test('are one line each where nobody looks', () => {
    assert.deepEqual(sentences(rows, Infinity), [
      'anna  added   one two three four five six seven eight nine ten',
      'b     locked',
    ]);
  });

  test('have some room in the narrowest terminal, and a long word has a line', () => {
    const long = 'x'.repeat(50);
    assert.deepEqual(sentences([['a', `to ${long} go`]], 10), ['a  to', `   ${long}`, '   go']);
  });
});
