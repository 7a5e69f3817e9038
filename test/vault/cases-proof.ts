import assert from 'node:assert/strict';
import { at, begin, put, putCut, read, refusedAs, sha256 } from './harness.ts';
import type { Case } from './vault-suite.ts';

/** Digests, recorded and promised. */
export function proofCases(test: Case): void {
  test('records the SHA-256 of what it commits and answers from the record', async (bench) => {
    const content = Buffer.alloc(3 * 1024 * 1024, 'digest');
    await put(bench.home, '/big', content);
    await put(bench.home, '/small', 'small');
    for (const [path, hex] of [
      ['/big', sha256(content)],
      ['/small', sha256('small')],
    ] as const) {
      const digest = await bench.home.digest(at(path), 'sha-256', undefined, undefined);
      assert.equal(digest.hex, hex);
    }
    const rows = await bench.database.query.selectFrom('digests').selectAll().execute();
    assert.equal(rows.length, 2);
  });

  test('gives the digest of a range', async (bench) => {
    await put(bench.home, '/a', '0123456789');
    const digest = await bench.home.digest(at('/a'), 'md5', { start: 2, end: 5 }, undefined);
    assert.equal(digest.hex, '289dff07669d7a23de0ef88d2f7129e7');
  });

  test('gives the digest of what has come of an unfinished upload, and of no byte more', async (bench) => {
    await putCut(bench.home, '/part', '0123456789');
    const digest = (start: number, end: number, algorithm: 'sha-256' | 'md5' = 'sha-256') =>
      bench.home.digest(at('/part'), algorithm, { start, end }, undefined);
    assert.equal((await digest(0, 10)).hex, sha256('0123456789'));
    assert.equal((await digest(0, 4)).hex, sha256('0123'));
    assert.equal((await digest(2, 5)).hex, sha256('234'));
    assert.equal((await digest(2, 5, 'md5')).hex, '289dff07669d7a23de0ef88d2f7129e7');
    await assert.rejects(digest(0, 11), refusedAs('offset-mismatch'));
    await assert.rejects(
      bench.home.digest(at('/part'), 'sha-256', undefined, undefined),
      refusedAs('unfinished'),
    );
  });

  test('carries a digest along when a file is renamed or its time is set', async (bench) => {
    await put(bench.home, '/a', 'content');
    await bench.home.setModified(at('/a'), 86_400_000);
    await bench.home.move(at('/a'), at('/b'), () => {});
    const rows = await bench.database.query.selectFrom('digests').selectAll().execute();
    assert.deepEqual(
      rows.map((row) => row.name),
      ['b'],
    );
    assert.equal(rows[0]?.version, (await bench.home.stat(at('/b'))).version);
  });

  test('carries a digest along when permission bits are set, and leaves alone what has them already', async (bench) => {
    await put(bench.home, '/a', 'content');
    const { mode, version } = await bench.home.stat(at('/a'));
    await bench.home.setMode(at('/a'), mode);
    assert.equal((await bench.home.stat(at('/a'))).version, version);
    await bench.home.setMode(at('/a'), 0o600);
    const changed = await bench.home.stat(at('/a'));
    assert.equal(changed.mode, 0o600);
    const rows = await bench.database.query.selectFrom('digests').selectAll().execute();
    assert.deepEqual(
      rows.map((row) => row.version),
      [changed.version],
    );
  });

  test('commits a promised upload only if it is what was promised', async (bench) => {
    await put(bench.home, '/a', 'old');
    const promise = { length: 4, digest: { algorithm: 'sha-256', hex: sha256('good') } } as const;
    const bad = await begin(bench.home, '/a', { kind: 'replace' }, promise);
    await bad.write([Buffer.from('evil')]);
    await assert.rejects(bad.complete(), refusedAs('digest-mismatch'));
    assert.equal(await read(bench.home, '/a'), 'old');
    const good = await begin(bench.home, '/a', { kind: 'replace' }, promise);
    await good.write([Buffer.from('good')]);
    await good.complete();
    assert.equal(await read(bench.home, '/a'), 'good');
  });

  test('does not complete an upload that is shorter than was said', async (bench) => {
    const writer = await begin(bench.home, '/a', { kind: 'replace' }, { length: 10 });
    await writer.write([Buffer.from('short')]);
    await assert.rejects(writer.complete(), refusedAs('length-inconsistent'));
    assert.equal(await writer.interrupt('short'), 5);
    assert.equal((await bench.home.stat(at('/a'))).partial, true);
  });

  test('completes a promised upload at once where the home holds the content already', async (bench) => {
    await put(bench.home, '/a', 'content');
    const digest = { algorithm: 'sha-256', hex: sha256('content') } as const;
    const promise = { length: 7, digest };
    const held = () => bench.home.expect(at('/b'), promise, 'test', () => {});
    assert.deepEqual(await held(), { bytes: 7, made: 'copied from /a' });
    assert.equal(await read(bench.home, '/b'), 'content');
    assert.deepEqual(await held(), { bytes: 7 });
    assert.deepEqual(await bench.ledger(), { committed: 14, files: 2, reserved: 0 });
  });

  test('continues a promised upload under another name', async (bench) => {
    const promise = {
      length: 10,
      digest: { algorithm: 'sha-256', hex: sha256('0123456789') },
    } as const;
    const writer = await begin(bench.home, '/a', { kind: 'replace' }, promise);
    await writer.write([Buffer.from('0123')]);
    await writer.interrupt('cut');
    assert.equal((await bench.home.expect(at('/b'), promise, 'test', () => {})).bytes, 4);
    await put(bench.home, '/b', '456789', { kind: 'resume', offset: 4 });
    assert.equal(await read(bench.home, '/b'), '0123456789');
    await assert.rejects(bench.home.stat(at('/a')), refusedAs('not-found'));
  });

  test('commits at once a promised upload of which everything has come already', async (bench) => {
    const promise = {
      length: 7,
      digest: { algorithm: 'sha-256', hex: sha256('content') },
    } as const;
    const writer = await begin(bench.home, '/a', { kind: 'replace' }, promise);
    await writer.write([Buffer.from('content')]);
    await writer.interrupt('cut');
    assert.equal((await bench.home.expect(at('/b'), promise, 'test', () => {})).bytes, 7);
    assert.equal(await read(bench.home, '/b'), 'content');
    assert.deepEqual(await bench.ledger(), { committed: 7, files: 1, reserved: 0 });
  });

  test('begins a promised upload anew if what has come of it is something else', async (bench) => {
    const promise = {
      length: 7,
      digest: { algorithm: 'sha-256', hex: sha256('content') },
    } as const;
    for (const sent of ['another', 'something longer']) {
      const writer = await begin(bench.home, '/a', { kind: 'replace' }, promise);
      await writer.write([Buffer.from(sent)]);
      await writer.interrupt('cut');
      assert.equal((await bench.home.expect(at('/a'), promise, 'test', () => {})).bytes, 0);
      await assert.rejects(bench.home.open(at('/a')));
    }
  });

  test('makes an empty file as soon as one is promised', async (bench) => {
    const promise = { length: 0, digest: { algorithm: 'sha-256', hex: sha256('') } } as const;
    assert.equal((await bench.home.expect(at('/a'), promise, 'test', () => {})).bytes, 0);
    assert.equal(await read(bench.home, '/a'), '');
    assert.deepEqual(await bench.ledger(), { committed: 0, files: 1, reserved: 0 });
  });

  test('does not believe a record whose file was changed by hand', async (bench) => {
    await put(bench.home, '/a', 'content');
    await bench.home.move(at('/a'), at('/c'), () => {});
    await put(bench.home, '/c', 'another', { kind: 'resume', offset: 1 });
    const digest = { algorithm: 'sha-256', hex: sha256('content') } as const;
    assert.equal(
      (await bench.home.expect(at('/b'), { length: 7, digest }, 'test', () => {})).bytes,
      0,
    );
  });
}
