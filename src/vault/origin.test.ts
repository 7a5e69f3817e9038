import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { Failure } from '../base/failure.ts';
import { parsePath } from '../base/path.ts';
import type { Entry } from '../storage/store.ts';
import { type Origin, baseOf, originOf, reservedOf, startOf } from './origin.ts';
import type { Placement } from './placement.ts';
import type { UploadRecord } from './upload-records.ts';

/** The committed file of this size. */
function file(size: number): Entry {
  return { name: 'a', kind: 'file', size, modified: 0, mode: 0o644, unique: '1', version: 'v1' };
}

/** The unfinished upload with so many durable bytes, the first `base` of them an old version's. */
function upload(offset: number, base?: number): UploadRecord {
  return {
    id: 'U',
    homeId: 1,
    path: parsePath('/a'),
    epoch: 1,
    base: base === undefined ? undefined : { bytes: base, version: 'v0' },
    offset,
    declared: {},
    createdAt: 0,
    touchedAt: 0,
  };
}

interface Row {
  readonly situation: string;
  readonly committed?: Entry;
  readonly unfinished?: UploadRecord;
  readonly placement: Placement;
  /** What it continues, or the offset that would have done. */
  readonly expected: Origin['kind'] | 'append' | { readonly wouldDo: number };
  readonly start?: number;
}

/** DESIGN section 6, as far as it is decided by what is there and what is asked for. */
const ROWS: readonly Row[] = [
  {
    situation: 'an upload to a name that is free begins with nothing',
    placement: { kind: 'replace' },
    expected: 'fresh',
    start: 0,
  },
  {
    situation: 'an upload over a file begins with nothing',
    committed: file(10),
    placement: { kind: 'replace' },
    expected: 'fresh',
    start: 0,
  },
  {
    situation: 'a plain upload over an unfinished one begins with nothing',
    unfinished: upload(5),
    placement: { kind: 'replace' },
    expected: 'fresh',
    start: 0,
  },
  {
    situation: 'an offset of 0 is a plain upload, whatever is there',
    committed: file(10),
    unfinished: upload(5),
    placement: { kind: 'resume', offset: 0 },
    expected: 'fresh',
    start: 0,
  },
  {
    situation: 'an unfinished upload goes on at its durable offset',
    unfinished: upload(5),
    placement: { kind: 'resume', offset: 5 },
    expected: 'unfinished',
    start: 5,
  },
  {
    situation: 'an unfinished upload goes on before its durable offset',
    unfinished: upload(5),
    placement: { kind: 'resume', offset: 2 },
    expected: 'unfinished',
    start: 2,
  },
  {
    situation: 'an unfinished upload does not go on behind its durable offset',
    unfinished: upload(5),
    placement: { kind: 'resume', offset: 6 },
    expected: { wouldDo: 5 },
  },
  {
    situation: 'an unfinished overwrite goes on, and the old file is not touched',
    committed: file(10),
    unfinished: upload(5),
    placement: { kind: 'resume', offset: 3 },
    expected: 'unfinished',
    start: 3,
  },
  {
    situation: 'an offset within the old file is refused where the unfinished overwrite is shorter',
    committed: file(10),
    unfinished: upload(5),
    placement: { kind: 'resume', offset: 8 },
    expected: { wouldDo: 5 },
  },
  {
    situation: 'a new version begins with the first bytes of the file',
    committed: file(10),
    placement: { kind: 'resume', offset: 4 },
    expected: 'version',
    start: 4,
  },
  {
    situation: 'a new version may begin with all of the file',
    committed: file(10),
    placement: { kind: 'resume', offset: 10 },
    expected: 'version',
    start: 10,
  },
  {
    situation: 'a new version does not begin behind the end of the file',
    committed: file(10),
    placement: { kind: 'resume', offset: 11 },
    expected: { wouldDo: 10 },
  },
  {
    situation: 'nothing is continued where there is nothing',
    placement: { kind: 'resume', offset: 1 },
    expected: { wouldDo: 0 },
  },
  {
    situation: 'an append to nothing begins with nothing',
    placement: { kind: 'append' },
    expected: 'fresh',
    start: 0,
  },
  {
    situation: 'an append to a file goes to its end',
    committed: file(10),
    placement: { kind: 'append' },
    expected: 'append',
    start: 10,
  },
  {
    situation: 'an append to an empty file goes to its end',
    committed: file(0),
    placement: { kind: 'append' },
    expected: 'append',
    start: 0,
  },
  {
    situation: 'an append to an unfinished upload continues it',
    unfinished: upload(5),
    placement: { kind: 'append' },
    expected: 'unfinished',
    start: 5,
  },
  {
    situation: 'an append continues where the sender was told',
    unfinished: upload(5),
    placement: { kind: 'append', told: 3, upload: 'U' },
    expected: 'unfinished',
    start: 3,
  },
  {
    situation: 'an append beyond what is durable is refused, whatever was told',
    unfinished: upload(5),
    placement: { kind: 'append', told: 6, upload: 'U' },
    expected: { wouldDo: 5 },
  },
  {
    situation: 'an append to a file with an unfinished overwrite is refused',
    committed: file(10),
    unfinished: upload(5),
    placement: { kind: 'append' },
    expected: { wouldDo: 5 },
  },
  {
    situation: 'an append to a file whose last append was cut begins anew',
    committed: file(10),
    unfinished: upload(15, 10),
    placement: { kind: 'append' },
    expected: 'append',
    start: 10,
  },
  {
    situation: 'what was told of an upload does not fit the file that it has become',
    committed: file(10),
    placement: { kind: 'append', told: 3, upload: 'U' },
    expected: { wouldDo: 10 },
  },
  {
    situation: 'what was told of an upload does not fit a file beside it',
    committed: file(10),
    unfinished: upload(15, 10),
    placement: { kind: 'append', told: 3, upload: 'U' },
    expected: { wouldDo: 10 },
  },
  {
    situation: 'what was told of an upload that has gone fits nothing',
    placement: { kind: 'append', told: 3, upload: 'U' },
    expected: { wouldDo: 0 },
  },
  {
    situation: 'what was told of an upload does not fit another one of that name',
    unfinished: upload(5),
    placement: { kind: 'append', told: 3, upload: 'other' },
    expected: { wouldDo: 5 },
  },
];

function kindOf(origin: Origin): Row['expected'] {
  return origin.kind === 'version' && origin.append ? 'append' : origin.kind;
}

suite('where an upload begins', () => {
  for (const { situation, committed, unfinished, placement, expected, start } of ROWS) {
    test(situation, () => {
      if (typeof expected === 'object') {
        assert.throws(() => originOf(placement, committed, unfinished), {
          name: 'Failure',
          code: 'offset-mismatch',
          offset: expected.wouldDo,
        });
        return;
      }
      const origin = originOf(placement, committed, unfinished);
      assert.equal(kindOf(origin), expected);
      assert.equal(startOf(origin), start);
    });
  }

  const size = fc.option(fc.nat({ max: 20 }), { nil: undefined });
  const placements = fc.oneof(
    fc.constant<Placement>({ kind: 'replace' }),
    fc.nat({ max: 25 }).map((offset): Placement => ({ kind: 'resume', offset })),
    fc.constant<Placement>({ kind: 'append' }),
    fc.nat({ max: 25 }).map((told): Placement => ({ kind: 'append', told, upload: 'U' })),
  );

  test('there is never a hole and never a clamp', () => {
    fc.assert(
      fc.property(placements, size, size, size, (placement, committed, offset, base) => {
        const there = committed === undefined ? undefined : file(committed);
        const record =
          offset === undefined
            ? undefined
            : upload(offset, base === undefined ? undefined : Math.min(base, offset));
        let origin: Origin;
        try {
          origin = originOf(placement, there, record);
        } catch (error) {
          assert.ok(error instanceof Failure && error.code === 'offset-mismatch');
          assert.ok(error.offset !== undefined, 'it says which offset would do');
          return;
        }
        const start = startOf(origin);
        if (placement.kind === 'resume') assert.equal(start, placement.offset);
        if (placement.kind === 'append' && placement.told !== undefined) {
          assert.equal(start, placement.told);
          assert.equal(origin.kind, 'unfinished');
        }
        if (origin.kind === 'unfinished') assert.ok(start <= origin.record.offset);
        if (origin.kind === 'version') assert.ok(start <= origin.entry.size);
        assert.ok(baseOf(origin) <= start);
        assert.ok(reservedOf(origin) + baseOf(origin) <= start);
      }),
    );
  });

  test('what was copied from an old version is not counted twice, however short it is cut', () => {
    const cut = originOf({ kind: 'resume', offset: 4 }, undefined, upload(15, 10));
    assert.deepEqual([baseOf(cut), reservedOf(cut)], [4, 0]);
    const whole = originOf({ kind: 'resume', offset: 15 }, undefined, upload(15, 10));
    assert.deepEqual([baseOf(whole), reservedOf(whole)], [10, 5]);
    const copy: Origin = { kind: 'copy', from: parsePath('/b'), length: 7 };
    assert.deepEqual([startOf(copy), baseOf(copy), reservedOf(copy)], [7, 0, 0]);
  });
});
