import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { parsePath, ROOT } from '../../base/path.ts';
import { hideLogin } from '../../base/hide-login.ts';
import { formatAddress, isAddress, parseAddress, pathOf } from './address.ts';

test('a URL is read into its parts', () => {
  assert.deepEqual(parseAddress('ftp://anna:s%65cret@Example.ORG:2121/films/a%20b.mkv'), {
    scheme: 'ftp',
    host: 'example.org',
    port: 2121,
    user: 'anna',
    password: 'secret',
    place: { path: 'films/a b.mkv', pattern: undefined, isFolder: false },
  });
});

test('each scheme has its port', () => {
  const ports = ['ftp', 'ftpes', 'ftps', 'FTP'].map((one) => parseAddress(`${one}://h`).port);
  assert.deepEqual(ports, [21, 21, 990, 21]);
});

test('an IPv6 host stands in brackets, in and out', () => {
  const address = parseAddress('ftpes://[2001:DB8::1]:2121/x');
  assert.equal(address.host, '2001:db8::1');
  assert.equal(formatAddress(address), 'ftpes://[2001:db8::1]:2121/');
});

/** Where a URL leads for somebody whose login leads to /home/anna. */
const PLACES: Readonly<Record<string, string>> = {
  'ftp://h': '/home/anna',
  'ftp://h/': '/home/anna',
  'ftp://h/a/b': '/home/anna/a/b',
  'ftp://h/%2F': '/',
  'ftp://h/%2Fetc/motd': '/etc/motd',
  'ftp://h//etc/motd': '/etc/motd',
  'ftp://h/%2fetc%2Fmotd': '/etc/motd',
  'ftp://h/../ben/x': '/home/ben/x',
  'ftp://h/a%2520b': '/home/anna/a%20b',
  'ftp://h/100%': '/home/anna/100%',
  'ftp://h/x;type=a': '/home/anna/x',
  'ftp://h/x;type=z': '/home/anna/x;type=z',
  'ftp://h/a?b#c': '/home/anna/a?b#c',
  'ftp://h/%C3%A4/%E4': '/home/anna/ä/\udce4',
};

test('the path begins where the login leads to, or in the root', () => {
  for (const [url, path] of Object.entries(PLACES)) {
    assert.equal(pathOf(parseAddress(url).place, parsePath('/home/anna')), path, url);
  }
});

const pattern = (url: string) => parseAddress(url).place.pattern;

test('what was percent-encoded is no pattern', () => {
  assert.equal(pattern('ftp://h/a%2Ab'), undefined);
  assert.equal(pattern('ftp://h/%5Bx%5D*.jpg'), '\\[x\\]*.jpg');
  assert.equal(pattern('ftp://h/a{b}*'), 'a\\{b\\}*');
});

test('what is no URL, or holds what becomes a command, is refused without its password', () => {
  const wrong = [
    'ftp://',
    'ftp:///x',
    'ftp://:x@/y',
    'http://anna:secret@h/',
    'ftp://h:0/',
    'ftp://h:65536/',
    'ftp://anna:secret@h:x/',
    'ftp://anna:secret%0D%0ADELE%20x@h/',
    'ftp://h/a%0d%0aDELE%20b',
    'ftp://h/a%00b',
    'ftp://h/a\nb',
    'ftp://h%0a/x',
  ];
  for (const url of wrong) {
    assert.throws(
      () => parseAddress(url),
      (error: unknown) =>
        error instanceof Error && 'code' in error && !/secret|[\r\n]/.test(error.message),
      url,
    );
  }
});

test('a password may hold anything, an @ and a colon too', () => {
  const { user, password, host } = parseAddress('ftp://anna:a:b@c%2F@h/x');
  assert.deepEqual([user, password, host], ['anna', 'a:b@c/', 'h']);
  assert.equal(parseAddress('ftp://anna:@h/').password, '');
});

test('a login is never shown', () => {
  assert.equal(hideLogin('ftp://anna:se@cret@h/x@y'), 'ftp://h/x@y');
  assert.equal(
    formatAddress(parseAddress('ftp://anna:secret@h:99/'), parsePath('/a b/%')),
    'ftp://anna@h:99/%2Fa%20b/%25',
  );
});

test('only what has a scheme is taken for a URL', () => {
  assert.deepEqual(
    ['ftp://h', 'http://h', 'FTPS://h', 'a/b', './ftp:x', 'C:\\x', 'c://x'].map(isAddress),
    [true, true, true, false, false, false, false],
  );
});

test('whatever path is written as a URL is read as the same path', () => {
  const name = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 });
  const path = fc
    .array(name.filter((text) => !/[/\0\r\n]|^\.\.?$/.test(text)))
    .map((names) => parsePath(names.join('/')));
  const base = parseAddress('ftp://h');
  fc.assert(
    fc.property(path, (path) => {
      const { place } = parseAddress(formatAddress(base, path));
      assert.equal(pathOf(place, ROOT), path);
      assert.equal(place.pattern, undefined);
    }),
  );
});
