import assert from 'node:assert/strict';
import { appendFile, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { temporaryFolder } from '../../../test/support/temporary.ts';
import { Journal, type PartOrigin, parse, type Piece } from './journal.ts';

const ORIGIN: PartOrigin = {
  remote: 'ftp://ann@example.org:21',
  path: '/a "film"\n.mkv',
  size: 12,
  modified: undefined,
  identity: '12U3',
};

const pieces = fc.array(
  fc.record<Piece>(
    {
      at: fc.nat(),
      bytes: fc.integer({ min: 1 }),
      sha256: fc.constant('ab'.repeat(32)),
    },
    { noNullPrototype: true },
  ),
  { maxLength: 5 },
);

test('what was written is read, whatever a crash has left of the end', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'a.part.journal');
  await fc.assert(
    fc.asyncProperty(pieces, pieces, fc.nat(), async (first, second, cut) => {
      {
        await using journal = await Journal.create(path, ORIGIN);
        await journal.append(first);
      }
      const lines = second.map((piece) => `${JSON.stringify(piece)}\n`).join('');
      const torn = lines.slice(0, cut % (lines.length + 1));
      await appendFile(path, torn);
      const kept = torn.split('\n').length - 1;
      const found = await Journal.open(path);
      assert.ok(found);
      await using journal = found.journal;
      assert.deepEqual(journal.origin, ORIGIN);
      assert.deepEqual(found.pieces, [...first, ...second.slice(0, kept)]);
      await journal.append(second);
      const { pieces: now } = parse(await readFile(path)) ?? { pieces: [] };
      assert.deepEqual(now, [...found.pieces, ...second]);
    }),
    { numRuns: 50 },
  );
  assert.deepEqual(await readdir(folder.path), ['a.part.journal']);
});

test('what is no journal, or one of another format, is none', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'a');
  assert.equal(await Journal.open(path), undefined);
  const origin = JSON.stringify({ carryon: 1, ...ORIGIN });
  for (const text of ['', '\0\0\0', 'null\n', origin, '{"carryon":2}\n', '{"carryon":1}\n']) {
    await writeFile(path, text);
    assert.equal(await Journal.open(path), undefined, text);
  }
});
