import assert from 'node:assert/strict';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { type House, openHouse } from './client-house.ts';

suite('the shell', () => {
  let house: House;
  before(async () => {
    house = await openHouse();
    await mkdir(join(house.here, 'sub'));
    await writeFile(join(house.here, 'a b.txt'), 'hello');
    await writeFile(join(house.here, 'sub/two.txt'), '22');
  });
  after(() => house[Symbol.asyncDispose]());

  test('the words people know do what they are known for', async () => {
    const script = [
      '# a comment',
      'pwd',
      'mkdir "new folder"',
      'cd new\\ folder',
      'put "a b.txt"',
      'mput -r sub a*.txt',
      'ls',
      'ls sub/*.txt; cat "a b.txt"; !echo " outside"',
      'mv "a b.txt" c.txt',
      'get c.txt back.txt',
      'du; cd ..; pwd',
      'rm -r new*',
      'ls',
    ];
    const { stdout, stderr, code } = await house.run(['shell', house.url], {
      input: script.join('\n'),
    });
    assert.equal(code, 0, stderr);
    assert.deepEqual(stdout.split('\n'), [
      '/',
      'a b.txt',
      'sub/',
      'two.txt',
      'hello outside',
      '      7 B  2 files  /new folder',
      '/',
      '',
    ]);
    assert.equal(await readFile(join(house.here, 'back.txt'), 'utf8'), 'hello');
  });

  test('a script stops at what fails, with its exit code, unless told to go on', async () => {
    const commands = 'cd nowhere; pwd';
    const stopped = await house.run(['shell', house.url, '-c', commands]);
    assert.deepEqual([stopped.code, stopped.stdout], [3, '']);
    await writeFile(join(house.here, 'script'), 'cd nowhere\npwd\nquit\npwd\n');
    const kept = await house.run(['shell', house.url, '--keep-going', '-f', 'script']);
    assert.deepEqual([kept.code, kept.stdout], [3, '/\n']);
    assert.equal((await house.run(['shell', '-c', 'pwd'])).code, 4);
    const executed = await house.run(['shell', house.url, '-e', 'pwd']);
    assert.deepEqual([executed.code, executed.stdout], [0, '/\n']);
    for (const wrong of ['nope', 'get', 'ls -x', 'get "a']) {
      assert.equal((await house.run(['shell', house.url, '-c', wrong])).code, 2, wrong);
    }
  });

  test('the form of the old program is understood', async () => {
    await writeFile(join(house.here, 'old name.txt'), 'old');
    const up = await house.run(['shell', house.url], { input: 'upload|old name.txt\n' });
    assert.equal(up.code, 0, up.stderr);
    const down = await house.run(['shell', house.url], {
      input: 'lcd sub\ndownload | old name.txt\n',
    });
    assert.equal(down.code, 0, down.stderr);
    assert.equal(await readFile(join(house.here, 'sub/old name.txt'), 'utf8'), 'old');
  });

  test('bookmarks stand for places, in the shell and wherever a URL can', async () => {
    const url = house.url.replace('demo@', `demo:${encodeURIComponent(house.password)}@`);
    const refused = await house.run(['bookmark', 'add', 'home', url]);
    assert.equal(refused.code, 2);
    assert.ok(!refused.stderr.includes(encodeURIComponent(house.password)));
    assert.equal((await house.run(['bookmark', 'add', 'home', house.url])).code, 0);
    const shell = ['shell', 'home:', '-c'];
    const made = await house.run([...shell, 'mkdir deep/er; cd deep; bookmark add deep']);
    assert.equal(made.code, 0, made.stderr);
    const put = await house.run(['put', 'a b.txt', 'deep:er/']);
    assert.equal(put.code, 0, put.stderr);
    assert.equal((await house.run(['cat', 'home:deep/er/a b.txt'])).stdout, 'hello');
    const opened = await house.run(['shell', '-c', 'open deep:er; pwd; open home:nowhere']);
    assert.deepEqual([opened.code, opened.stdout], [3, '/deep/er\n']);
    const list = await house.run(['shell', '-c', 'bookmark; bookmark remove home; bookmark']);
    const deep = `deep  ${house.url}deep\n`;
    assert.equal(list.stdout, `${deep}home  ${house.url}\n${deep}`);
  });

  test('other words that people know', async () => {
    const script = [
      'prompt; binary; mkdir known/x; put sub/two.txt known/x/two; cd known/x; ..; pwd',
      'find; size x/two; more x/two; lmkdir made/here; bin; type image; du',
    ];
    const { stdout, stderr, code } = await house.run(['shell', house.url], {
      input: script.join('\n'),
      env: { PAGER: 'cat' },
    });
    assert.equal(code, 0, stderr);
    const found = '/known/\n/known/x/\n/known/x/two\n';
    assert.equal(stdout, `/known\n${found}2  /known/x/two\n22      2 B  1 file  /known\n`);
    assert.ok((await stat(join(house.here, 'made/here'))).isDirectory());
  });

  test('the server can be spoken to in its own words, as far as that breaks nothing', async () => {
    const said = await house.run(['shell', house.url, '-c', 'quote noop; site help; ls nowhere*']);
    assert.equal(said.code, 4);
    assert.match(said.stdout, /^200 [^]*\n214 /);
    for (const [line, sentence] of [
      ['quote RETR "a b"', /RETR is said by this client itself/],
      ['quote FROB', /Could not do FROB: 500 /],
      ['quote "NOOP\r\nDELE x"', /cannot hold CR, LF/],
    ] as const) {
      const refused = await house.run(['shell', house.url, '-c', line]);
      assert.notEqual(refused.code, 0, line);
      assert.match(refused.stderr, sentence);
    }
  });

  test('what runs in the background is waited for', async () => {
    const commands = 'put "a b.txt" bg1 & put sub/two.txt bg2 & jobs; wait; ls bg1 bg2';
    const { stdout, stderr, code } = await house.run(['shell', house.url, '-c', commands]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /\[1\] .*\n\[2\] .*\nbg1\nbg2\n$/);
    assert.match(stderr, /\[1\] done: put a b\.txt bg1/);
  });

  test('a folder is mirrored both ways', async () => {
    const commands = 'mirror -R sub m; mirror m mirrored; mirror -n m mirrored';
    const { stderr, code } = await house.run(['shell', house.url, '-c', commands]);
    assert.equal(code, 0, stderr);
    assert.equal(await readFile(join(house.here, 'mirrored/two.txt'), 'utf8'), '22');
  });
});
