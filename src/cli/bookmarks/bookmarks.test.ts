import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../../test/support/temporary.ts';
import { Bookmarks } from './bookmarks.ts';

const FILMS = 'ftpes://alice@example.org:2121/films/';

test('a bookmark stands for its URL, and for what is below it', async () => {
  await using folder = await temporaryFolder();
  const bookmarks = new Bookmarks(join(folder.path, 'config/bookmarks'));
  await bookmarks.add('films', FILMS);
  await bookmarks.add('top', 'ftp://example.org');
  for (const [word, url] of [
    ['films:', FILMS],
    ['films:2027/*.mkv', `${FILMS}2027/*.mkv`],
    ['films:/srv/a b', 'ftpes://alice@example.org:2121/%2Fsrv/a b'],
    ['top:a', 'ftp://example.org/a'],
    ['films', 'films'],
    ['other:a', 'other:a'],
    ['./films:a', './films:a'],
    ['films://host/', 'films://host/'],
    ['C:\\films', 'C:\\films'],
  ] as const) {
    assert.equal(await bookmarks.resolve(word), url, word);
  }
});

test('a bookmark is replaced and removed, and what else the file holds stays', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'bookmarks');
  await writeFile(file, '# mine\r\nold ftp://old.example/\n\nbroken\n');
  const bookmarks = new Bookmarks(file);
  await bookmarks.add('films', FILMS);
  await bookmarks.add('films', 'ftp://new.example/');
  assert.deepEqual(
    [...(await bookmarks.all())],
    [
      ['old', 'ftp://old.example/'],
      ['films', 'ftp://new.example/'],
    ],
  );
  await bookmarks.remove('old');
  await assert.rejects(bookmarks.remove('old'), { code: 'not-found' });
  assert.match(await readFile(file, 'utf8'), /^#.*\nfilms ftp:\/\/new\.example\/\n$/);
});

test('no bookmark holds a password, or a name that means something else', async () => {
  await using folder = await temporaryFolder();
  const bookmarks = new Bookmarks(join(folder.path, 'bookmarks'));
  const secret = bookmarks.add('films', 'ftp://alice:pass-word@example.org/');
  await assert.rejects(secret, (error: Error) => !error.message.includes('pass-word'));
  for (const name of ['f', 'ftp', 'FTPS', 'a b', 'a/b', '-x', '']) {
    await assert.rejects(bookmarks.add(name, FILMS), { code: 'name-refused' }, name);
  }
  await assert.rejects(bookmarks.add('films', 'films'), { code: 'name-refused' });
  assert.equal((await bookmarks.all()).size, 0);
});
