import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findEntry, parseNetrc } from './netrc.ts';

const FILE = `
# home
machine ftp.example.org login anna password secret account acct
machine ftp.example.org
  login ben
  passwd "with \\"quotes\\" and \\\\ and\\tblank "
macdef init
  machine not.one login x password y
  put a b

machine OTHER.example.org login "machine" password #hash
default login anonymous password me@example.org
machine after.default login zoe password z
`;

const netrc = parseNetrc(FILE);

test('an entry is found by its machine, however it is written', () => {
  assert.deepEqual(findEntry(netrc, 'Ftp.Example.Org', undefined), {
    machine: 'ftp.example.org',
    login: 'anna',
    password: 'secret',
    account: 'acct',
  });
  assert.deepEqual(netrc.complaints, []);
});

test('a user that is named chooses among the entries of a machine', () => {
  assert.equal(
    findEntry(netrc, 'ftp.example.org', 'ben')?.password,
    'with "quotes" and \\ and\tblank ',
  );
  assert.equal(findEntry(netrc, 'ftp.example.org', 'carl'), undefined);
});

test('quotes make any word a value, and a number sign begins a comment only in a new line', () => {
  const entry = findEntry(netrc, 'other.example.org', undefined);
  assert.deepEqual([entry?.login, entry?.password], ['machine', '#hash']);
});

test('what stands in a macro is passed over up to an empty line', () => {
  assert.equal(findEntry(netrc, 'not.one', 'x'), undefined);
});

test('default counts for all that is not named before it', () => {
  assert.equal(findEntry(netrc, 'elsewhere', undefined)?.login, 'anonymous');
  assert.equal(findEntry(netrc, 'elsewhere', 'carl'), undefined);
  assert.equal(findEntry(netrc, 'after.default', undefined)?.login, 'anonymous');
  const open = parseNetrc('default password p');
  assert.equal(findEntry(open, 'elsewhere', 'carl')?.password, 'p');
});

test('a value may spell a keyword', () => {
  const found = findEntry(parseNetrc('machine h login password password macdef'), 'h', undefined);
  assert.deepEqual([found?.login, found?.password], ['password', 'macdef']);
});

test('what cannot be read is told by its line, and never shown', () => {
  const { complaints } = parseNetrc(
    'login early\nmachine h password half secret\nmachine h password "never ends\nmachine',
  );
  assert.deepEqual(complaints, [
    'a quote in line 3 has no end',
    'line 1 has a login of no machine',
    'line 2 holds a word that means nothing there',
    'nothing follows machine in line 4',
  ]);
});

test('an empty password is one', () => {
  assert.equal(
    findEntry(parseNetrc('machine h login a password ""'), 'h', undefined)?.password,
    '',
  );
});
