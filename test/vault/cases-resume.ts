import assert from 'node:assert/strict';
import { Failure } from '../../src/base/failure.ts';
import { at, begin, put, putCut, read, refusedAs, sha256 } from './harness.ts';
import type { Case } from './vault-suite.ts';

/** What an upload continues. */
export function resumeCases(test: Case): void {
  test('continues an upload where it was cut', async (bench) => {
    assert.equal(await putCut(bench.home, '/a', 'first '), 6);
    await put(bench.home, '/a', 'second', { kind: 'resume', offset: 6 });
    assert.equal(await read(bench.home, '/a'), 'first second');
  });

  test('drops what is behind the offset from which an upload is continued', async (bench) => {
    await putCut(bench.home, '/a', 'first wrong');
    await put(bench.home, '/a', 'right', { kind: 'resume', offset: 6 });
    assert.equal(await read(bench.home, '/a'), 'first right');
  });

  test('appends to an unfinished upload where there is no file', async (bench) => {
    await putCut(bench.home, '/a', 'first ');
    await put(bench.home, '/a', 'second', { kind: 'append' });
    assert.equal(await read(bench.home, '/a'), 'first second');
  });

  test('refuses an offset that an unfinished upload has not reached, naming the one it has', async (bench) => {
    await putCut(bench.home, '/a', 'abc');
    await assert.rejects(begin(bench.home, '/a', { kind: 'resume', offset: 4 }), (error) => {
      assert.ok(error instanceof Failure);
      assert.deepEqual([error.code, error.offset], ['offset-mismatch', 3]);
      return true;
    });
  });

  test('builds a new version from the beginning of the old one and what is sent', async (bench) => {
    await put(bench.home, '/a', '0123456789');
    await put(bench.home, '/a', 'XY', { kind: 'resume', offset: 4 });
    assert.equal(await read(bench.home, '/a'), '0123XY');
  });

  test('refuses an offset behind the end of a file', async (bench) => {
    await put(bench.home, '/a', 'abc');
    const beyond = begin(bench.home, '/a', { kind: 'resume', offset: 4 });
    await assert.rejects(beyond, refusedAs('offset-mismatch'));
    const nothing = begin(bench.home, '/none', { kind: 'resume', offset: 1 });
    await assert.rejects(nothing, refusedAs('offset-mismatch'));
  });

  test('appends to a file', async (bench) => {
    await put(bench.home, '/log', 'one\n');
    await put(bench.home, '/log', 'two\n', { kind: 'append' });
    assert.equal(await read(bench.home, '/log'), 'one\ntwo\n');
  });

  test('loses no line when two append at the same time', async (bench) => {
    await put(bench.home, '/log', 'one\n');
    const first = await begin(bench.home, '/log', { kind: 'append' });
    await first.write([Buffer.from('two\n')]);
    const second = await begin(bench.home, '/log', { kind: 'append' });
    // The second session of an account takes over what the first has not completed.
    await second.write([Buffer.from('three\n')]);
    await second.complete();
    await assert.rejects(first.complete(), refusedAs('locked'));
    assert.equal(await read(bench.home, '/log'), 'one\nthree\n');
  });

  test('appends to what is there when it is completed', async (bench) => {
    await put(bench.home, '/log', 'one\n');
    const writer = await begin(bench.home, '/log', { kind: 'append' });
    await writer.write([Buffer.from('three\n')]);
    await put(bench.home, '/log', 'one\ntwo\n');
    await writer.complete();
    assert.equal(await read(bench.home, '/log'), 'one\ntwo\nthree\n');
    assert.equal(
      (await bench.home.digest(at('/log'), 'sha-256', undefined, undefined)).hex,
      sha256('one\ntwo\nthree\n'),
    );
  });

  test('keeps an old unfinished upload until a new one has something durable', async (bench) => {
    await putCut(bench.home, '/a', 'old upload');
    const writer = await begin(bench.home, '/a');
    await writer.write([Buffer.from('n')]);
    assert.equal((await bench.vault.uploads()).length, 2);
    await writer.write([Buffer.alloc(3000, 'n')]);
    await writer.interrupt('cut');
    const left = await bench.vault.uploads();
    assert.deepEqual(
      left.map((row) => row.offset),
      [3001],
    );
  });

  test('lets a newer session take over, and refuses what the older one still sends', async (bench) => {
    const hanging = await begin(bench.home, '/a');
    await hanging.write([Buffer.from('first ')]);
    const newer = await begin(bench.home, '/a', { kind: 'append' });
    assert.equal(newer.start, 6);
    assert.ok(hanging.signal.aborted);
    await newer.write([Buffer.from('second')]);
    await assert.rejects(async () => hanging.write([Buffer.from('LATE')]), refusedAs('locked'));
    await newer.complete();
    assert.equal(await read(bench.home, '/a'), 'first second');
  });

  test('continues from the size that was told, however far the older session came since', async (bench) => {
    const hanging = await begin(bench.home, '/a');
    await hanging.write([Buffer.from('0123456789')]);
    const newer = await begin(bench.home, '/a', { kind: 'append', told: 4 });
    await newer.write([Buffer.from('456789AB')]);
    await newer.complete();
    assert.equal(await read(bench.home, '/a'), '0123456789AB');
  });

  test('lets the later of two uploads to one name win, and never blends them', async (bench) => {
    const one = await begin(bench.home, '/a');
    const two = await begin(bench.home, '/a');
    await one.write([Buffer.alloc(2500, '1')]);
    await two.write([Buffer.alloc(2600, '2')]);
    await one.write([Buffer.alloc(2500, '1')]);
    await two.complete();
    assert.equal(await read(bench.home, '/a'), '2'.repeat(2600));
    await one.complete();
    assert.equal(await read(bench.home, '/a'), '1'.repeat(5000));
  });

  test('shows one byte less than there is, so that who has sent all still has something to send', async (bench) => {
    await putCut(bench.home, '/a', 'all of it');
    const { size } = await bench.home.stat(at('/a'));
    assert.equal(size, 8);
    await put(bench.home, '/a', 't', { kind: 'append', told: size });
    assert.equal(await read(bench.home, '/a'), 'all of it');
  });
}
