import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import {
  lstat,
  mkdir,
  readFile,
  readdir,
  rm,
  stat,
  statfs,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { GiB, MiB } from './support/sizes.ts';
import { skipWithout } from '../support/peers.ts';
import { randomFile, sha256File, treeOf } from './support/content.ts';
import { curl } from './support/curl.ts';
import { lftp, word } from './support/lftp.ts';
import { type PathVerb, pathVerbs } from './support/path-verbs.ts';
import { succeeded } from './support/process.ts';
import { RawClient } from './support/raw-client.ts';
import { Site } from './support/site.ts';
import { type Attempt, traversals } from './support/traversal-corpus.ts';

const LARGE_BYTES = GiB;
/** Each of two accounts has its file in three places: the sender's, the home, the receiver's. */
const DISK_BYTES = 6 * LARGE_BYTES + 512 * MiB;

/** Everything about this file is such that it can be recognised wherever it comes out. */
const SECRET = 'a secret of somebody else'.padEnd(54_321, '.');
const SECRET_NAME = 'only-bob-knows-this-name';
const SECRET_TIME = new Date('1999-12-31T23:58:57Z');
const SECRETS = [
  SECRET.slice(0, 20),
  ...['sha256', 'sha512', 'sha1', 'md5'].map((name) => hash(name, SECRET)),
  '213 54321',
  ' 54321 ',
  'size=54321;',
  '19991231235857',
  'Dec 31  1999',
];

const NAMES = ['ann', 'bob'] as const;

suite('two accounts', { timeout: 240_000 }, () => {
  let site: Site;

  before(async () => {
    site = await Site.open({
      accounts: { ann: ['--permissions', 'all'], bob: ['--permissions', 'all'] },
    });
  });
  after(() => site[Symbol.asyncDispose]());

  test(
    'upload 1 GiB each with curl and download it with lftp at the same time',
    { skip: skipWithout('curl', 'lftp') },
    async (context) => {
      const { bavail, bsize } = await statfs(tmpdir());
      if (bavail * bsize < DISK_BYTES) {
        context.skip('needs more free room on the disk for temporary files');
        return;
      }
      await Promise.all(
        NAMES.map(async (name) => {
          const [sent, received] = [site.local(`${name}-sent`), site.local(`${name}-received`)];
          const digest = await randomFile(sent, name, LARGE_BYTES);
          succeeded(await curl(site.as(name), 'large', '-T', sent));
          await rm(sent);
          const plain = 'set ftp:use-mode-z no';
          succeeded(await lftp(site.as(name), plain, `get large -o ${word(received)}`));
          assert.equal(await sha256File(received), digest);
          await rm(received);
          const [line] = await site.transfers({ account: name, direction: 'out' });
          assert.equal(line?.bytes, LARGE_BYTES);
          succeeded(await curl(site.as(name), '', '-Q', 'DELE large', '-o', site.local('listing')));
        }),
      );
    },
  );

  test('see nothing of one another, nor of the disk around them, by any name in any verb', async () => {
    const outside = site.local('outside');
    const marker = join(outside, SECRET_NAME);
    await hide(marker);
    const theirs = site.inHome('bob', SECRET_NAME);
    await hide(theirs);
    const guarded = [outside, site.inHome('bob')];
    const before = await Promise.all(guarded.map(treeOf));

    const home = site.inHome('ann');
    const above = '../'.repeat(home.split('/').length - 1).slice(0, -1);
    const neighbour = ['..', '../bob', `../bob/${SECRET_NAME}`, `/../bob/${SECRET_NAME}`];
    const attempts = [
      ...neighbour.map((text): Attempt => ({ idea: 'of the neighbour', name: Buffer.from(text) })),
      ...[theirs, marker].flatMap((target) => traversals(target, above)),
    ];
    await using thief = new Thief(site);
    for (const [verb, use] of pathVerbs()) {
      await clear(home);
      for (const { idea, name } of attempts) await thief.attempt(verb, use, name, idea);
    }
    assert.deepEqual(await Promise.all(guarded.map(treeOf)), before, 'nothing has changed there');
    for (const file of [theirs, marker]) assert.deepEqual((await stat(file)).mtime, SECRET_TIME);
    assert.deepEqual(
      (await readdir(site.folder)).filter((name) => !['data', 'outside'].includes(name)),
      ['listing'].filter(() => skipWithout('curl', 'lftp') === false),
      'nothing was made beside the data folder',
    );
  });

  test('do not get out by a link that somebody has put into a home', async () => {
    const outside = site.local('behind-links');
    await hide(join(outside, SECRET_NAME));
    await hide(join(outside, 'folder', SECRET_NAME));
    await hide(site.inHome('bob', SECRET_NAME));
    const guarded = [outside, site.inHome('bob')];
    const before = await Promise.all(guarded.map(treeOf));

    const own: Readonly<Record<string, string>> = {
      'to-neighbour': '../bob',
      'to-file': join(outside, SECRET_NAME),
      'to-folder': outside,
      'to-nothing': join(outside, 'nothing'),
      'to-link': 'to-folder',
      'to-data': site.data,
    };
    const paths = [
      ...Object.keys(own),
      ...['to-neighbour', 'to-folder', 'to-link'].flatMap((link) => [
        `${link}/`,
        `${link}/.`,
        `${link}/${SECRET_NAME}`,
        `${link}/new`,
        `${link}/folder`,
        `${link}/folder/${SECRET_NAME}`,
        `folder/../${link}/${SECRET_NAME}`,
        `${link}/../${link}/${SECRET_NAME}`,
      ]),
      `to-data/homes/bob/${SECRET_NAME}`,
      'to-data/carryon.sqlite',
    ];
    await using thief = new Thief(site);
    for (const [verb, use] of pathVerbs()) {
      await clear(site.inHome('ann'));
      for (const path of paths) {
        await plant(site.inHome('ann'), own);
        await thief.attempt(verb, use, Buffer.from(path), 'through a link');
      }
    }
    assert.deepEqual(await Promise.all(guarded.map(treeOf)), before, 'nothing has changed there');
  });

  test('cannot read the system through a link to it', async () => {
    // Whatever could change something is not tried on the machine that runs the tests.
    await clear(site.inHome('ann'));
    await plant(site.inHome('ann'), { 'to-root': '/', 'to-etc': '/etc' });
    const users = await readFile('/etc/passwd', 'utf8');
    const first = users.split('\n')[0] ?? '';
    await using thief = new Thief(site, [first, 'passwd\r\n', 'hostname\r\n']);
    const paths = ['to-etc', 'to-etc/passwd', 'to-root', 'to-root/etc', 'to-root/etc/passwd'];
    for (const [verb, use] of pathVerbs()) {
      if (use.changes) continue;
      for (const path of [...paths, 'to-root/proc/self/root/etc/passwd', 'to-etc/../etc']) {
        await thief.attempt(verb, use, Buffer.from(path), 'through a link to the system');
      }
    }
  });
});

test('whoever looks for a secret in replies and listings would find it', async () => {
  await using site = await Site.open({ accounts: { ann: ['--permissions', 'all'] } });
  await hide(site.inHome('ann', 'folder', SECRET_NAME));
  await using thief = new Thief(site);
  const path = Buffer.from(`folder/${SECRET_NAME}`);
  const telling = new Set('RETR SIZE MDTM MLST LIST STAT HASH XMD5 XSHA256'.split(' '));
  for (const [verb, use] of pathVerbs()) {
    if (!telling.has(verb)) continue;
    await assert.rejects(thief.attempt(verb, use, path, 'of its own'), assert.AssertionError, verb);
  }
  for (const verb of ['LIST', 'NLST', 'MLSD', 'STAT', 'CWD']) {
    const use = pathVerbs().get(verb);
    assert.ok(use);
    await assert.rejects(
      thief.attempt(verb, use, Buffer.from('folder'), 'of its own'),
      assert.AssertionError,
      verb,
    );
  }
});

/** Somebody who tries to get at what is not theirs, and looks for it in all that comes back. */
class Thief implements AsyncDisposable {
  readonly #site: Site;
  readonly #secrets: readonly string[];
  #client: RawClient | undefined;

  constructor(site: Site, secrets: readonly string[] = []) {
    this.#site = site;
    this.#secrets = [...SECRETS, ...secrets];
  }

  async attempt(verb: string, use: PathVerb, name: Buffer, idea: string): Promise<void> {
    // Something to rename, and a place to begin at, whatever the last attempt has done.
    await mkdir(this.#site.inHome('ann', 'folder'), { recursive: true });
    await writeFile(this.#site.inHome('ann', 'mine'), 'mine');
    const client = (this.#client ??= await RawClient.login(this.#site.as('ann')));
    assert.equal((await client.say('CWD /')).code, 250);
    const what = `${verb} with a name ${idea}: ${name.toString('latin1').slice(0, 200)}`;
    const heard: string[] = [];
    for (const [index, line] of use.lines(name).entries()) {
      const isLast = index === use.lines(name).length - 1;
      const data = isLast ? use.data : undefined;
      if (data === undefined) heard.push((await client.say(line)).text);
      else if (data === 'takes') heard.push((await client.store(line, Buffer.from('taken'))).text);
      else {
        const fetched = await client.fetch(line);
        heard.push(fetched.last.text, fetched.data.toString('latin1'));
      }
    }
    if (verb === 'CWD') heard.push((await client.fetch('LIST')).data.toString('latin1'));
    const sent = name.toString('latin1');
    for (const text of heard) {
      for (const secret of this.#secrets) assert.ok(!text.includes(secret), `${what}\n${text}`);
      // A reply may repeat the name that it was given, and no other.
      const isRepeated = sent.includes(SECRET_NAME);
      assert.ok(isRepeated || !text.includes(SECRET_NAME), `${what}\n${text}`);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client?.[Symbol.asyncDispose]();
  }
}

/** Puts the file with the secret there. */
async function hide(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, SECRET);
  await utimes(path, SECRET_TIME, SECRET_TIME);
}

/** Removes all that is in a folder. */
async function clear(folder: string): Promise<void> {
  for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true });
}

/** Makes the links as they should be, whatever has become of them. */
async function plant(folder: string, links: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, target] of Object.entries(links)) {
    const path = join(folder, name);
    const isLink = await lstat(path).then(
      (found) => found.isSymbolicLink(),
      () => false,
    );
    if (isLink) continue;
    await rm(path, { recursive: true, force: true });
    await mkdir(dirname(path), { recursive: true });
    await symlink(target, path);
  }
}
