import assert from 'node:assert/strict';
import { mkdir, open, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { Client, type FileInfo } from 'basic-ftp';
import { skipWithout } from '../support/peers.ts';
import { randomBytesOf, sha256, sha256File } from './support/content.ts';
import { curl } from './support/curl.ts';
import { askFtplib } from './support/ftplib.ts';
import { lftp, word } from './support/lftp.ts';
import { memoryDuring } from './support/memory.ts';
import { succeeded } from './support/process.ts';
import { RawClient } from './support/raw-client.ts';
import { type Login, Site } from './support/site.ts';
import { GiB, MiB } from './support/sizes.ts';

const FILE_BYTES = 3_000_017;
/** Without a single byte on the disk but the last ones. */
const SPARSE_BYTES = 5 * GiB;
const TAIL_BYTES = 100_003;
const ENTRIES = 100_000;
/** Listing them must not mean holding them: one line alone is 70 bytes, an entry much more. */
const LISTING_MEMORY_BYTES = 96 * MiB;

/** Names that something on the way might take for something else. */
const NAMES = [
  'with space',
  ' leading space',
  'trailing space ',
  '"quoted"',
  "it's",
  '-l',
  '--help',
  '#hash',
  '100%',
  '%41',
  'a;b',
  'a?b',
  'star*',
  '[brackets]',
  '{braces}',
  'back\\slash',
  '$HOME',
  '~tilde',
  'ümläut',
  '日本語',
  '😀.txt',
  '...',
  '.hidden',
  '-rw-r--r-- 1 root root 5 Jan  1 2020 fake',
] as const;
/** No name for clients that trim lines, which LIST cannot tell them apart for. */
const TRIMMED = new Set([' leading space', 'trailing space ']);

suite('everyday work', { timeout: 240_000 }, () => {
  const content = randomBytesOf('everyday', FILE_BYTES);
  const digest = sha256(content);
  let site: Site;
  let ann: Login;

  before(async () => {
    site = await Site.open();
    ann = site.as('ann');
    await writeFile(site.local('source'), content);
    await writeFile(site.local('empty'), '');
    await mkdir(site.inHome('ann', 'names'));
    for (const name of NAMES) await writeFile(site.inHome('ann', 'names', name), name);
  });
  after(() => site[Symbol.asyncDispose]());

  test('of curl', { skip: skipWithout('curl') }, async () => {
    const run = runCurl(ann);
    await run('curl/deep/', '--ftp-create-dirs', '-T', site.local('source'));
    await run('curl/deep/empty', '-T', site.local('empty'));
    assert.equal(await sha256File(site.inHome('ann', 'curl/deep/source')), digest);
    await run('curl/deep/source', '-o', site.local('curl-got'));
    assert.equal(await sha256File(site.local('curl-got')), digest);
    assert.deepEqual((await run('curl/deep/', '-l')).trim().split('\n').toSorted(), [
      'empty',
      'source',
    ]);
    assert.match(await run('curl/deep/'), /^-\S+ .* 3000017 .* source\r?$/m);
    assert.equal(await run('curl/deep/source', '-r', '10-19'), asText(content.subarray(10, 20)));
    assert.match(await run('curl/deep/source', '-I'), /^Content-Length: 3000017\r?$/m);
    await run('', '-Q', 'MFMT 20010203040506 curl/deep/source', '-o', site.local('listing'));
    assert.match(await run('curl/deep/source', '-I', '-R'), /Sat, 03 Feb 2001 04:05:06 GMT/);
    const moves = ['RNFR curl/deep/source', 'RNTO curl/moved', 'DELE curl/deep/empty'];
    const quotes = [...moves, 'RMD curl/deep', 'DELE curl/moved', 'RMD curl'];
    await run('', ...quotes.flatMap((line) => ['-Q', line]), '-o', site.local('listing'));
    assert.ok(!(await readdir(site.inHome('ann'))).includes('curl'));
    for (const name of NAMES) assert.equal(await run(`names/${name}`), name);
    const listed = (await run('names/', '-l')).split(/\r?\n/).filter(Boolean);
    assert.deepEqual(listed.toSorted(), NAMES.toSorted());
    for (const name of NAMES) {
      await run(`names/${name}`, '-T', site.local('source'));
      assert.equal(await sha256File(site.inHome('ann', 'names', name)), digest, name);
      await writeFile(site.inHome('ann', 'names', name), name);
    }
  });

  test('of lftp', { skip: skipWithout('lftp') }, async () => {
    const run = runLftp(ann);
    const got = site.local('lftp-got');
    const lines = await run(
      'mkdir -p lftp/deep lftp/empty-folder',
      `put ${word(site.local('source'))} -o lftp/deep/source`,
      `put ${word(site.local('empty'))} -o lftp/deep/empty`,
      `get lftp/deep/source -o ${word(got)}`,
      `get lftp/deep/empty -o ${word(site.local('lftp-empty'))}`,
      'cls -1 --sort=name lftp/deep',
      'cls -1 lftp/empty-folder',
      'mv lftp/deep/source lftp/moved',
      'du -b lftp/moved',
    );
    assert.equal(await sha256File(got), digest);
    assert.equal((await stat(site.local('lftp-empty'))).size, 0);
    assert.deepEqual(lines.split('\n').slice(0, 2), ['lftp/deep/empty', 'lftp/deep/source']);
    assert.match(lines, /^3000017\s+lftp\/moved$/m);
    // put carries the time along with MFMT, get with MDTM.
    const sent = await stat(site.local('source'));
    const there = await stat(site.inHome('ann', 'lftp/moved'));
    assert.equal(seconds(there.mtime), seconds(sent.mtime));
    assert.equal(seconds((await stat(got)).mtime), seconds(sent.mtime));
    await run('rm -r lftp');
    assert.ok(!(await readdir(site.inHome('ann'))).includes('lftp'));

    const listed = (await run('cls -1 -a names/')).split('\n');
    for (const name of NAMES) {
      assert.ok(listed.includes(`names/${name}`), `${name} is in ${listed.join('\n')}`);
      const local = site.local('lftp-named');
      await rm(local, { force: true });
      await run('cd names', `get ${word(`./${name}`)} -o ${word(local)}`);
      assert.equal(await sha256File(local), sha256(Buffer.from(name)), name);
    }
  });

  test("of Python's ftplib", { skip: skipWithout('python3') }, async () => {
    const script = `
def put(path, data): ftp.storbinary('STOR ' + path, io.BytesIO(data))
def get(path):
  pieces = []
  ftp.retrbinary('RETR ' + path, pieces.append)
  return b''.join(pieces)
with open(args['source'], 'rb') as file: content = file.read()
answers = {}
answers['made'] = ftp.mkd('py "th" on')
answers['went'] = ftp.cwd('py "th" on') and ftp.pwd()
put('file', content)
put('empty', b'')
ftp.mkd('folder')
answers['digest'] = hashlib.sha256(get('file')).hexdigest()
answers['empty'] = len(get('empty'))
answers['names'] = sorted(ftp.nlst())
answers['facts'] = sorted((n, f['type'], f.get('size')) for n, f in ftp.mlsd() if n not in '..')
answers['inside'] = ftp.nlst('folder')
answers['set'] = ftp.sendcmd('MFMT 20010203040506 file')
answers['time'] = ftp.sendcmd('MDTM file')
ftp.rename('file', 'folder/moved')
ftp.voidcmd('TYPE I')
answers['size'] = ftp.size('folder/moved')
ftp.delete('folder/moved'); ftp.delete('empty'); ftp.rmd('folder')
ftp.cwd('/'); ftp.rmd('py "th" on')
answers['text'] = []
ftp.storlines('STOR lines', io.BytesIO(b'one\\ntwo\\n'))
ftp.retrlines('RETR lines', answers['text'].append)
ftp.delete('lines')
named = sorted(n for n, f in ftp.mlsd('names') if f['type'] == 'file')
answers['named'] = named
answers['wrong'] = [n for n in named if get('names/' + n).decode() != n]
answers['listed'] = sorted(n.partition('/')[2] for n in ftp.nlst('names'))
print(json.dumps(answers)); ftp.quit()
`;
    const answers = await askFtplib(ann, script, { source: site.local('source') });
    assert.deepEqual(answers, {
      made: '/py "th" on',
      went: '/py "th" on',
      digest,
      empty: 0,
      names: ['empty', 'file', 'folder'],
      facts: [
        ['empty', 'file', '0'],
        ['file', 'file', String(FILE_BYTES)],
        ['folder', 'dir', null],
      ],
      inside: [],
      set: '213 Modify=20010203040506; /py "th" on/file',
      time: '213 20010203040506',
      size: FILE_BYTES,
      text: ['one', 'two'],
      named: NAMES.toSorted(byCodePoint),
      wrong: [],
      listed: NAMES.toSorted(byCodePoint),
    });
  });

  test('of basic-ftp', async () => {
    using client = await basic(ann);
    await client.ensureDir('basic/deep');
    await client.uploadFrom(site.local('source'), 'file');
    await client.uploadFrom(site.local('empty'), 'empty');
    await client.send('MKD folder');
    const listed = (await client.list()).map(({ name, isDirectory, size }) => [
      name,
      isDirectory || size,
    ]);
    assert.deepEqual(listed.toSorted(byName), [
      ['empty', 0],
      ['file', FILE_BYTES],
      ['folder', true],
    ]);
    assert.deepEqual(await client.list('folder'), []);
    await client.downloadTo(site.local('basic-got'), 'file');
    assert.equal(await sha256File(site.local('basic-got')), digest);
    // Both ways to carry on that this client has.
    await writeFile(site.local('basic-rest'), content.subarray(0, 1_000_000));
    await client.downloadTo(site.local('basic-rest'), 'file', 1_000_000);
    assert.equal(await sha256File(site.local('basic-rest')), digest);
    await client.appendFrom(site.local('source'), 'file');
    assert.equal(await client.size('file'), 2 * FILE_BYTES);
    await client.send('MFMT 20010203040506 file');
    assert.deepEqual(await client.lastMod('file'), new Date('2001-02-03T04:05:06Z'));
    await client.rename('file', '/basic/moved');
    await client.cd('/');
    await client.removeDir('basic');
    assert.ok(!(await readdir(site.inHome('ann'))).includes('basic'));

    const named = (await client.list('names')).map(({ name }: FileInfo) => name);
    const expected = NAMES.filter((name) => !TRIMMED.has(name));
    assert.deepEqual(
      named.filter((name) => !TRIMMED.has(name)).toSorted(byCodePoint),
      expected.toSorted(byCodePoint),
    );
    for (const name of expected) {
      await client.downloadTo(site.local('basic-named'), `names/${name}`);
      assert.equal(await sha256File(site.local('basic-named')), sha256(Buffer.from(name)), name);
    }
  });

  test(
    'with files beyond 4 GiB begins at any byte of them',
    { skip: skipWithout('curl', 'lftp', 'python3') },
    async () => {
      const tail = randomBytesOf('the tail', TAIL_BYTES);
      const path = site.inHome('ann', 'sparse');
      {
        await using file = await open(path, 'w');
        await file.write(tail, 0, TAIL_BYTES, SPARSE_BYTES - TAIL_BYTES);
      }
      await using client = await RawClient.login(ann);
      assert.equal((await client.say('SIZE sparse')).text, `213 ${SPARSE_BYTES}`);
      for (const back of [1, 2, TAIL_BYTES]) {
        assert.equal((await client.say(`REST ${SPARSE_BYTES - back}`)).code, 350);
        const { data } = await client.fetch('RETR sparse');
        assert.deepEqual(data, tail.subarray(TAIL_BYTES - back));
      }
      const from = SPARSE_BYTES - TAIL_BYTES;
      const got = site.local('tail');
      succeeded(await curl(ann, 'sparse', '-r', `${from}-`, '-o', got));
      assert.equal(await sha256File(got), sha256(tail));
      for (const edge of [2 ** 31, 2 ** 32]) {
        const flags = ['-r', `${edge - 2}-${edge + 1}`, '-o', got];
        succeeded(await curl(ann, 'sparse', ...flags));
        assert.equal(await sha256File(got), sha256(Buffer.alloc(4)));
      }
      // A local file that is as long already, and just as empty.
      await rm(got);
      await writeFile(got, '');
      await truncate(got, from);
      succeeded(await lftp(ann, `get -c sparse -o ${word(got)}`));
      await using file = await open(got);
      const last = Buffer.alloc(TAIL_BYTES);
      await file.read(last, 0, TAIL_BYTES, from);
      assert.deepEqual(last, tail);
      const script = `
pieces = []
ftp.retrbinary('RETR sparse', pieces.append, rest=args['from'])
print(json.dumps(hashlib.sha256(b''.join(pieces)).hexdigest()))
`;
      assert.equal(await askFtplib(ann, script, { from }), sha256(tail));
      assert.equal((await client.say('DELE sparse')).code, 250);
      await rm(got);
    },
  );

  test(
    `with a folder of ${ENTRIES} files lists all of them, in little memory`,
    { skip: skipWithout('curl', 'lftp', 'python3') },
    async () => {
      const folder = site.inHome('ann', 'many');
      await mkdir(folder);
      for (let index = 0; index < ENTRIES; index += 1000) {
        const names = Array.from({ length: 1000 }, (_, step) => `file-${index + step}`);
        await Promise.all(names.map((name) => writeFile(join(folder, name), '')));
      }
      const grown = await memoryDuring(site.server.pid, async () => {
        assert.equal(linesIn(succeeded(await curl(ann, 'many/'))), ENTRIES);
        assert.equal(linesIn(succeeded(await curl(ann, 'many/', '-l'))), ENTRIES);
        assert.equal(linesIn(succeeded(await lftp(ann, 'cls -1 many/'))), ENTRIES);
        const script = `print(json.dumps([len(list(ftp.mlsd('many'))), len(ftp.nlst('many'))]))`;
        assert.deepEqual(await askFtplib(ann, script), [ENTRIES, ENTRIES]);
      });
      assert.ok(grown < LISTING_MEMORY_BYTES, `${grown} bytes of memory for listings`);
      await rm(folder, { recursive: true });
    },
  );
});

async function basic({ port, name, password }: Login): Promise<Client & Disposable> {
  const client = new Client();
  await client.access({ host: '127.0.0.1', port, user: name, password });
  return Object.assign(client, { [Symbol.dispose]: () => client.close() });
}

/** What a client's standard output is read as. */
function asText(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}

function seconds(time: Date): number {
  return Math.floor(time.getTime() / 1000);
}

/** As Python sorts. */
function byCodePoint(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}

/** Runs curl, which has to end well. */
function runCurl(login: Login) {
  return async (path: string, ...flags: readonly string[]): Promise<string> =>
    succeeded(await curl(login, path, ...flags));
}

/** Runs lftp, which has to end well. */
function runLftp(login: Login) {
  return async (...commands: readonly string[]): Promise<string> =>
    succeeded(await lftp(login, ...commands));
}

function linesIn(text: string): number {
  return text.split('\n').filter(Boolean).length;
}

function byName([one]: readonly unknown[], [other]: readonly unknown[]): number {
  return String(one) < String(other) ? -1 : 1;
}
