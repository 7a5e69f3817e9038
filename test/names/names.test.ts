import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { type Live, PASSWORD, startLive } from '../ftp/live.ts';
import { skipWithout } from '../support/peers.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { CORPUS } from './corpus.ts';
import { EXCEPTIONS } from './exceptions.ts';
import type { Found } from './found.ts';
import { type Reader, READERS } from './readers.ts';

const FOLDER = 'hostile';

suite('files under hostile names', () => {
  let live: Live;

  before(async () => {
    live = await startLive();
    const folder = join(live.home('anna'), FOLDER);
    await mkdir(folder, { recursive: true });
    for (const { idea, bytes } of CORPUS) {
      await writeFile(Buffer.concat([Buffer.from(`${folder}/`), bytes]), idea);
    }
  });
  after(() => live[Symbol.asyncDispose]());

  test('are enough to mean something, each different from all others', () => {
    assert.ok(CORPUS.length >= 80, `only ${CORPUS.length}`);
    const ideas = new Set(CORPUS.map(({ idea }) => idea));
    const names = new Set(CORPUS.map(({ bytes }) => bytes.toString('latin1')));
    assert.deepEqual([ideas.size, names.size], [CORPUS.length, CORPUS.length]);
  });

  for (const [name, { needs, read }] of Object.entries<Reader>(READERS)) {
    const skip = needs !== undefined && skipWithout(needs);
    test(`come through to ${name}, but for what is documented`, { skip }, async () => {
      await using scratch = await temporaryFolder();
      const login = { port: live.server.ftp.port, name: 'anna', password: PASSWORD };
      const found = await read({ login, folder: FOLDER, scratch: scratch.path });
      assert.deepEqual(lostIn(found), documentedFor(name));
      assert.deepEqual(forgedIn(found), []);
    });
  }
});

/** The ideas of the names that were not found, or fetched as something else. */
function lostIn({ names, contents }: Found): string[] {
  return CORPUS.filter(({ idea, bytes, listed }) => {
    const name = bytes.toString('latin1');
    const isThere = names.includes(name) && (contents === undefined || contents.get(name) === idea);
    return listed && !isThere;
  }).map(({ idea }) => idea);
}

/** What was found and is no name of a file that can be listed. */
function forgedIn({ names }: Found): string[] {
  const listed = new Set(
    CORPUS.filter(({ listed }) => listed).map(({ bytes }) => bytes.toString('latin1')),
  );
  return names.filter((name) => !listed.has(name));
}

function documentedFor(reader: string): string[] {
  const mine = EXCEPTIONS.filter(({ readers }) => (readers as readonly string[]).includes(reader));
  const ideas = new Set(mine.flatMap((exception) => exception.ideas));
  return CORPUS.map(({ idea }) => idea).filter((idea) => ideas.has(idea));
}
