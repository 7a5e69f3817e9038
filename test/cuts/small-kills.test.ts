import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { noise } from '../client/scene.ts';
import { startProgram } from '../support/program.ts';
import { says } from './says.ts';
import { openSite, type Site, SITES, type SiteName } from './site.ts';

const FILES = 200;
const PATIENCE = 120_000;

const contents = new Map<string, Buffer>();
for (let index = 0; index < FILES; index += 1) {
  contents.set(`file-${index}`, noise(index * 20, index));
}

/** These are there in an older version before. */
const older = new Map([...contents.keys()].slice(0, 8).map((file) => [file, `an older ${file}`]));

/** When the client is killed: some files are under way, and some are only not durable yet. */
const MOMENTS = [
  /> (?:EPSV|SITE EXPECT)/,
  /"type":"begin","id":30,/,
  /"type":"begin","id":70,/,
] as const;

const KILLED: ReadonlySet<SiteName> = new Set(['carryon', 'pure-ftpd']);

/**
 * What has a final name is whole, at any moment: the new version, or the older one.
 * @returns how many are new
 */
function assertWhole(folder: string): number {
  const names = readdirSync(folder).filter((name) => /^file-\d+$/.test(name));
  const fresh = names.filter((name) => {
    const bytes = readFileSync(join(folder, name));
    const isNew = contents.get(name)?.equals(bytes) ?? false;
    assert.ok(isNew || bytes.toString() === older.get(name), name);
    return isNew;
  });
  return fresh.length;
}

/** @returns whether it was still at work */
async function kill(site: Site, words: readonly string[], moment: RegExp): Promise<boolean> {
  const program = startProgram([...words, '--json', '-vv'], { cwd: site.here, env: site.env });
  await says(program, moment);
  program.child.kill('SIGKILL');
  const { signal } = await program.exited;
  assert.match(program.output.stdout, moment);
  return signal === 'SIGKILL';
}

suite('a sync of small files that is killed with -9', { concurrency: 2, timeout: 240_000 }, () => {
  for (const direction of ['up', 'down'] as const) {
    for (const { name, skip } of SITES.filter((site) => KILLED.has(site.name))) {
      test(`${direction}, ${name}: the same command again carries on`, { skip }, async () => {
        await using site = await openSite(name);
        const [here, there] = [join(site.here, 'tree'), join(site.place, 'tree')];
        for (const folder of [here, there]) mkdirSync(folder);
        const [source, target] = direction === 'up' ? [here, there] : [there, here];
        for (const [file, bytes] of contents) writeFileSync(join(source, file), bytes);
        for (const file of ['', ...contents.keys()]) {
          if (direction === 'down' || file === '') site.own(join(there, file));
        }
        for (const [file, text] of older) {
          writeFileSync(join(target, file), text);
          if (direction === 'up') site.own(join(target, file));
        }
        const url = `${site.url(site.port)}tree`;
        const words = ['sync', ...(direction === 'up' ? ['tree', url] : [url, 'tree'])];
        let kills = 0;
        for (const moment of MOMENTS) {
          if (await kill(site, words, moment)) kills += 1;
          // On a busy machine it may be heard of a moment so late that all is done.
          if (assertWhole(target) === FILES) break;
        }
        assert.notEqual(kills, 0, 'it was always through before it was killed');
        const { code, stderr } = await site.run(words, PATIENCE);
        assert.equal(code, 0, stderr);
        assert.equal(assertWhole(target), FILES);
        assert.deepEqual(readdirSync(target).toSorted(), [...contents.keys()].toSorted());
      });
    }
  }
});
