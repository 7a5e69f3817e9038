import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseHostName } from './host-name.ts';

test('a host name is compared in lower case, and the dot of the root is no part of it', () => {
  assert.equal(parseHostName('FTP.Example.COM'), 'ftp.example.com');
  assert.equal(parseHostName('ftp.example.com.'), 'ftp.example.com');
  assert.equal(parseHostName('localhost'), 'localhost');
  assert.equal(parseHostName('xn--bcher-kva.example'), 'xn--bcher-kva.example');
});

test('what leads elsewhere or cannot be a name is none', () => {
  const others = ['', '.', '..', 'a..b', '-a', 'a-', 'a_b', 'a/b', '../a', 'a b', '::1', '[::1]'];
  for (const text of [...others, 'bücher', `${'x'.repeat(64)}.a`, 'x.'.repeat(127) + 'x']) {
    assert.equal(parseHostName(text), undefined, text);
  }
});
