import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Failure } from '../../base/failure.ts';
import { osFailure } from './os-failure.ts';

test('an error of the system becomes a failure that holds it as its cause and tells no path', () => {
  const cause = thrownBy(() => readFileSync('/missing/secret'));
  const failure = osFailure(cause);
  assert.ok(failure instanceof Failure);
  assert.equal(failure.code, 'not-found');
  assert.equal(failure.cause, cause);
  assert.doesNotMatch(failure.message, /secret|ENOENT/);
});

test('an error of the system that nobody expected is the storage’s failure', () => {
  const failure = osFailure(Object.assign(new Error('odd'), { errno: -999, code: 'EODD' }));
  assert.ok(failure instanceof Failure);
  assert.equal(failure.code, 'storage-failed');
});

test('a full disk is told from a disk that fails and from one that takes no changes', () => {
  const codes = ['ENOSPC', 'EDQUOT', 'EIO', 'EROFS', 'EACCES'].map((code) => {
    const failure = osFailure(Object.assign(new Error('x'), { errno: -1, code }));
    return failure instanceof Failure ? failure.code : undefined;
  });
  assert.deepEqual(codes, [
    'storage-full',
    'storage-full',
    'storage-failed',
    'storage-failed',
    'forbidden',
  ]);
});

test('a mistake of ours stays what it is', () => {
  const mistake = thrownBy(() => readFileSync('a\0b'));
  assert.equal(osFailure(mistake), mistake);
  const failure = new Failure('locked', 'in use');
  assert.equal(osFailure(failure), failure);
});

function thrownBy(doing: () => unknown): unknown {
  try {
    doing();
  } catch (error) {
    return error;
  }
  return assert.fail('threw nothing');
}
