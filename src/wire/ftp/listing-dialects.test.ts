import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { DIALECTS, type ListedEntry } from './listing-dialects.ts';

const now = Date.parse('2026-11-22T12:00:00Z');

function read(line: string, at = now): ListedEntry | undefined {
  const found = DIALECTS.map((dialect) => dialect(line, at)).filter((entry) => entry !== undefined);
  assert.ok(found.length <= 1, 'no line is in two forms');
  return found[0];
}

function dateOf(line: string, at = now): string | undefined {
  const modified = read(line, at)?.modified;
  return modified === undefined ? undefined : new Date(modified).toISOString().slice(0, 16);
}

describe('a line of ls -l', () => {
  test('tells kind, size, time, mode and name', () => {
    assert.deepEqual(read('-rwxr-x--- 1 owner group 1234 Nov  2 03:04 a  b'), {
      name: 'a  b',
      kind: 'file',
      size: 1234,
      modified: Date.parse('2026-11-02T03:04:00Z'),
      mode: 0o750,
      target: undefined,
    });
  });

  test('of a link tells where it leads, and of a device no size', () => {
    const link = read('lrwxrwxrwx 1 o g 7 Jan  1  2020 name -> ../else -> where');
    assert.equal(link?.kind, 'link');
    assert.equal(link.name, 'name');
    assert.equal(link.target, '../else -> where');
    assert.equal(read('crw-rw-rw- 1 root tty 5, 0 Jan  1  2020 tty')?.size, undefined);
    assert.equal(read('crw-rw-rw- 1 root tty 5, 0 Jan  1  2020 tty')?.kind, 'other');
  });

  test('is read with fewer columns, more columns, an ACL mark, special bits', () => {
    assert.equal(read('-rw-r--r-- owner 12 Jan 02 2020 x')?.size, 12);
    assert.equal(read('-rw-r--r--\towner  12   Jan   02   2020 x')?.size, 12);
    assert.equal(read('-rw-r--r--+ 1 Some Body Some Group 12 Jan 02 2020 x')?.size, 12);
    assert.equal(read('-rw-r--r-- 1 o g 12 2026-01-02 03:04 x')?.name, 'x');
    assert.equal(read('drwsr-Sr-T 1 o g 12 Jan 02 2020 x')?.mode, 0o744);
  });

  test('begins its name behind the date and one space, whatever the name looks like', () => {
    const line = '-rw-r--r-- 1 o g 12 Jan 02 2020  7 Feb 03 2021 x';
    assert.equal(read(line)?.name, ' 7 Feb 03 2021 x');
  });

  test('has the date nearest before now, give or take a time zone, if it shows no year', () => {
    assert.equal(dateOf('-rw-r--r-- 1 o g 1 Nov 22 12:00 x'), '2026-11-22T12:00');
    assert.equal(dateOf('-rw-r--r-- 1 o g 1 Nov 23 11:59 x'), '2026-11-23T11:59');
    assert.equal(dateOf('-rw-r--r-- 1 o g 1 Nov 24 1:00 x'), '2025-11-24T01:00');
    const newYearsEve = Date.parse('2026-12-31T23:00:00Z');
    assert.equal(dateOf('-rw-r--r-- 1 o g 1 Jan  1 05:00 x', newYearsEve), '2027-01-01T05:00');
    assert.equal(dateOf('-rw-r--r-- 1 o g 1 2026-01-02 03:04 x'), '2026-01-02T03:04');
  });

  test('with a day that does not exist has no time', () => {
    assert.equal(read('-rw-r--r-- 1 o g 1 Feb 30  2020 x')?.name, 'x');
    assert.equal(dateOf('-rw-r--r-- 1 o g 1 Feb 30  2020 x'), undefined);
    assert.equal(dateOf('-rw-r--r-- 1 o g 1 Foo 10  2020 x'), undefined);
    assert.equal(dateOf('-rw-r--r-- 1 o g 1 Feb 30 12:00 x'), undefined);
  });

  test('with a size that no number can hold has none', () => {
    assert.equal(read('-rw-r--r-- 1 o g 9007199254740992 Jan 01 2020 x')?.size, undefined);
  });
});

describe('a line of DOS', () => {
  test('tells a file with its size, or a folder', () => {
    assert.deepEqual(read('11-02-26  03:04PM                 1234 a b.txt'), {
      name: 'a b.txt',
      kind: 'file',
      size: 1234,
      modified: Date.parse('2026-11-02T15:04:00Z'),
      mode: undefined,
      target: undefined,
    });
    assert.equal(read('11-02-2026  03:04AM       <DIR>          docs')?.kind, 'folder');
    assert.equal(read('11-02-2026  03:04AM       <DIR>          docs')?.name, 'docs');
  });

  test('has hours of twelve or of twenty-four, and years of two digits or four', () => {
    assert.equal(dateOf('11-02-99  12:30AM 1 x'), '1999-11-02T00:30');
    assert.equal(dateOf('11-02-2026  12:30PM 1 x'), '2026-11-02T12:30');
    assert.equal(dateOf('11-02-2026  23:30 1 x'), '2026-11-02T23:30');
    assert.equal(dateOf('11-02-70  12:30 1 x'), '1970-11-02T12:30');
    assert.equal(dateOf('11-02-69  12:30 1 x'), '2069-11-02T12:30');
    assert.equal(dateOf('13-02-2026  23:30 1 x'), undefined);
  });
});

describe('a line of EPLF', () => {
  test('tells a file or a folder by its facts', () => {
    assert.deepEqual(read('+i8388621.48594,m825718503,r,s280,up644,\tdjb.html'), {
      name: 'djb.html',
      kind: 'file',
      size: 280,
      modified: 825_718_503_000,
      mode: 0o644,
      target: undefined,
    });
    assert.equal(read('+i8388621.50690,m824255907,/,\t514')?.kind, 'folder');
    assert.equal(read('+m1,\tx')?.kind, 'other');
    assert.equal(read('+r,up4755,\tx')?.mode, 0o755);
    assert.equal(read('+r,up644x,\tx')?.mode, undefined);
    assert.equal(read('+r,up0o644,\tx')?.mode, undefined);
  });

  test('has a time that a date can hold, whatever it says', () => {
    assert.equal(dateOf('+m9007199254740991,r,\tx'), '9999-12-31T23:59');
    assert.equal(dateOf('+m-1,r,\tx'), undefined);
  });
});

test('what is in no known form is not read', () => {
  const bad = [
    '',
    'x',
    'total 4',
    '+m1',
    '-rw-r--r-- 1 o g 12 x',
    'Jan 02 2020 x',
    '01-02-26 x',
    'x -rw-r--r-- 1 o g 12 Jan 02 2020 x',
    'x01-02-26  03:04 1 x',
  ];
  for (const line of bad) assert.equal(read(line), undefined, line);
});

test('any line is read without a throw, and in one form at most', () => {
  const pieces = [
    '-rw-r--r--',
    ' ',
    '1',
    '12:00',
    'Jan',
    '2020',
    '+',
    '\t',
    '01-02-26',
    '<DIR>',
    '/',
  ];
  const line = fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 3 })));
  fc.assert(
    fc.property(line, (parts) => {
      const entry = read(parts.join(''));
      if (entry?.modified !== undefined) new Date(entry.modified).toISOString();
    }),
  );
});
