import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { MiB } from '../../src/base/size.ts';
import { startProgram } from '../support/program.ts';
import { sha256Of, writeNoise } from './content.ts';
import { says } from './says.ts';
import { openSite, type Site, SITES, type SiteName } from './site.ts';

const SIZE = 12 * MiB + 77;
const PATIENCE = 120_000;

/** A moment at which the client is killed: when it has said this, or after so many milliseconds. */
type Moment = RegExp | number;

/** So much has moved. */
const MOVING = /"phase":"transferring","bytes":(?:[2-9]\d{6}|1\d{7}),/;

/** Named by what was last said to the server. */
const POINTS = {
  put: ['PASS', 'STOR', MOVING, MOVING, 'RNFR', 'RNTO', 'MFMT'],
  get: ['SIZE|MLST', MOVING, 'REST', MOVING, 'XSHA256|QUIT'],
} as const;

function momentsOf(verb: 'put' | 'get'): Moment[] {
  const points = POINTS[verb].map((point) =>
    typeof point === 'string' ? new RegExp(`> (?:${point})`) : point,
  );
  return [...points, ...Array.from({ length: 2 }, () => randomInt(300, 1500))];
}

/** Runs a command until that moment, and kills it. */
async function kill(site: Site, words: readonly string[], moment: Moment): Promise<void> {
  const program = startProgram([...words, '--json', '-vv'], { cwd: site.here, env: site.env });
  if (typeof moment === 'number') await Promise.race([sleep(moment), program.exited]);
  else await says(program, moment);
  program.child.kill('SIGKILL');
  await program.exited;
}

async function openFilm(name: SiteName, verb: 'put' | 'get') {
  const site = await openSite(name);
  const [here, there] = [join(site.here, 'film.mkv'), join(site.place, 'film.mkv')];
  const [source, target] = verb === 'put' ? [here, there] : [there, here];
  const digest = await writeNoise(source, SIZE, 1);
  const old = await writeNoise(target, 99, 2);
  site.own(there);
  const url = site.url(site.port);
  const words = verb === 'put' ? ['put', 'film.mkv', url] : ['get', `${url}film.mkv`, 'film.mkv'];
  return { site, digest, old, target, words };
}

/** Beside the film nothing is left, on either side. */
function assertTidy(site: Site): void {
  for (const folder of [site.here, site.place]) {
    const names = readdirSync(folder).filter((name) => name !== '.state');
    assert.deepEqual(names, ['film.mkv']);
  }
}

/** With ours, with one that tells digests, and with one that proves nothing. */
const KILLED: Readonly<Record<'put' | 'get', readonly SiteName[]>> = {
  put: ['carryon', 'proftpd', 'pure-ftpd'],
  get: ['carryon', 'pure-ftpd'],
};

suite('a client that is killed with -9', { concurrency: 5, timeout: 240_000 }, () => {
  for (const verb of ['put', 'get'] as const) {
    for (const { name, skip } of SITES.filter((site) => KILLED[verb].includes(site.name))) {
      test(`${verb} ${name}: the same command again carries on`, { skip }, async (context) => {
        const { site, digest, old, target, words } = await openFilm(name, verb);
        await using _ = site;
        for (const moment of momentsOf(verb)) {
          context.diagnostic(String(moment));
          await kill(site, [...words, '--limit-rate', '6M'], moment);
          const shown = await sha256Of(target);
          assert.ok(shown === old || shown === digest, `after ${String(moment)}`);
        }
        const { code, stderr } = await site.run(words, PATIENCE);
        assert.equal(code, 0, stderr);
        assert.equal(await sha256Of(target), digest);
        assertTidy(site);
      });
    }
  }

  test('carryon: `queue run` carries on', async () => {
    const { site, digest, target } = await openFilm('carryon', 'put');
    await using _ = site;
    const url = site.url(site.port);
    const add = ['queue', 'add', 'put', join(site.here, 'film.mkv'), url];
    assert.equal((await site.run(add)).code, 0);
    for (const moment of [MOVING, 700, MOVING, 1100]) {
      await kill(site, ['queue', 'run', '--limit-rate', '4M'], moment);
    }
    const { code, stderr } = await site.run(['queue', 'run'], PATIENCE);
    assert.equal(code, 0, stderr);
    assert.equal(await sha256Of(target), digest);
    const { stdout } = await site.run(['queue', 'list', '--json']);
    assert.doesNotMatch(stdout, /"state":"(?:waiting|running|failed)"/);
  });
});
