import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { encodeName } from '../../base/name.ts';
import { partName } from './part-name.ts';

test('a name that has room stays as it is', () => {
  assert.equal(partName('.', 'film.mkv', '.0badcafe.part'), '.film.mkv.0badcafe.part');
});

test('a name is cut between characters, never too long, and two names stay two', () => {
  const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(name, name, (one, other) => {
      const long = one.repeat(Math.ceil(300 / one.length));
      const part = partName('.', long, '.part');
      assert.ok(encodeName(part).length <= 255);
      assert.ok(part.isWellFormed() || !long.isWellFormed());
      assert.ok(part.startsWith('.') && part.endsWith('.part'));
      if (other !== long) assert.notEqual(partName('.', other, '.part'), part);
    }),
  );
});
