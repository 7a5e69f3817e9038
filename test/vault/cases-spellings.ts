import assert from 'node:assert/strict';
import { at, begin, put, putCut, read, refusedAs } from './harness.ts';
import type { Case } from './vault-suite.ts';

/** One name, as Windows and as macOS write it. */
const COMPOSED = '/caf\u00e9';
const DECOMPOSED = '/cafe\u0301';

/** A name that is written in two ways is one name, also while it is not on the disk. */
export function spellingsCases(test: Case): void {
  test('continues an upload under another spelling of its name', async (bench) => {
    const offset = await putCut(bench.home, COMPOSED, 'first ');
    assert.equal((await bench.home.stat(at(DECOMPOSED))).partial, true);
    await put(bench.home, DECOMPOSED, 'second', { kind: 'resume', offset });
    assert.equal(await read(bench.home, COMPOSED), 'first second');
    assert.equal((await bench.vault.uploads()).length, 0);
    assert.deepEqual(await bench.ledger(), { committed: 12, files: 1, reserved: 0 });
  });

  test('counts a file once that two upload at once, each in a spelling of its own', async (bench) => {
    const writers = [await begin(bench.home, COMPOSED), await begin(bench.home, DECOMPOSED)];
    for (const [index, writer] of writers.entries()) {
      await writer.write([Buffer.from('x'.repeat(10 + index))]);
    }
    await Promise.all(writers.map((writer) => writer.complete()));
    const { size } = await bench.home.stat(at(COMPOSED));
    assert.deepEqual(await bench.ledger(), { committed: size, files: 1, reserved: 0 });
    assert.equal((await bench.home.stat(at(DECOMPOSED))).size, size);
  });

  test('lets a newer session take over what an older one writes in another spelling', async (bench) => {
    const first = await begin(bench.home, COMPOSED);
    await first.write([Buffer.from('first ')]);
    const second = await begin(bench.home, DECOMPOSED, { kind: 'append' });
    await assert.rejects(async () => first.write([Buffer.from('late')]), refusedAs('locked'));
    await second.write([Buffer.from('second')]);
    await second.complete();
    assert.equal(await read(bench.home, COMPOSED), 'first second');
  });

  test('shows an unfinished overwrite and its file as one, whatever each was called', async (bench) => {
    await put(bench.home, COMPOSED, 'old');
    await putCut(bench.home, DECOMPOSED, 'new and long');
    const listed: unknown[] = [];
    for await (const slice of bench.home.list(at('/'))) {
      listed.push(...slice.map(({ size, partial }) => [size, partial]));
    }
    assert.deepEqual(listed, [[3, undefined]]);
  });

  test('drops an earlier upload under another spelling when the name has come whole', async (bench) => {
    await putCut(bench.home, DECOMPOSED, 'half');
    await put(bench.home, COMPOSED, 'whole');
    assert.equal((await bench.vault.uploads()).length, 0);
  });

  test('takes unfinished uploads along when their folder is renamed in another spelling', async (bench) => {
    await bench.home.makeFolder(at(COMPOSED));
    const offset = await putCut(bench.home, `${DECOMPOSED}/film`, 'begun ');
    await assert.rejects(bench.home.removeFolder(at(COMPOSED)), refusedAs('not-empty'));
    await bench.home.move(at(COMPOSED), at('/films'), () => {});
    assert.equal((await bench.home.stat(at('/films/film'))).partial, true);
    await put(bench.home, '/films/film', 'and ended', { kind: 'resume', offset });
    assert.equal(await read(bench.home, '/films/film'), 'begun and ended');
  });
}
