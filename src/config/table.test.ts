import assert from 'node:assert/strict';
import { test } from 'node:test';
import { camelCase, groupAndName } from './setting.ts';
import { ROWS } from './sources.ts';
import { GROUPS } from './table.ts';

const row = (key: string) => ROWS.find((row) => row.key === key);

test('no two settings share a key, a flag, a variable or a name in the code', () => {
  for (const field of ['key', 'flag', 'attribute', 'variable'] as const) {
    assert.equal(new Set(ROWS.map((row) => row[field])).size, ROWS.length, field);
  }
  assert.equal(new Set(ROWS.map((row) => camelCase(row.key))).size, ROWS.length);
});

test('every default is a value that its setting takes and writes back', () => {
  for (const row of ROWS) {
    const value = row.kind.schema.parse(row.default);
    assert.deepEqual(row.kind.schema.parse(row.kind.format(value)), value, row.key);
  }
});

test('every setting belongs to a group with a title, and every group has settings', () => {
  const used = new Set(ROWS.map((row) => groupAndName(row.key)[0]));
  assert.deepEqual([...used].toSorted(), Object.keys(GROUPS).toSorted());
});

test('every setting is explained in one sentence', () => {
  for (const row of ROWS) assert.match(row.about, /^[A-Z][^|\n]{10,}[^.]\.$/, row.key);
});

test('the data folder comes first, since other paths count from it', () => {
  assert.equal(ROWS[0]?.key, 'data');
});

test('flags and variables follow from the key, and a few flags are shorter', () => {
  assert.equal(row('ftp.idle-timeout')?.flag, '--ftp-idle-timeout');
  assert.equal(row('ftp.idle-timeout')?.attribute, 'ftpIdleTimeout');
  assert.equal(row('ftp.idle-timeout')?.variable, 'CARRYON_FTP_IDLE_TIMEOUT');
  assert.equal(row('ftp.listen')?.flag, '--ftp');
  assert.equal(row('ftp.listen')?.variable, 'CARRYON_FTP_LISTEN');
});
