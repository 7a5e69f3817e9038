import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { CODES, Failure, RETRY, asFailure, failed } from './failure.ts';

suite('failures', () => {
  for (const code of CODES) {
    test(`${code} says by itself whether to try again, unless it is told`, () => {
      assert.equal(new Failure(code, 'x').retry, RETRY[code]);
      const other = RETRY[code] === 'never' ? 'same' : 'never';
      assert.equal(new Failure(code, 'x', { retry: other }).retry, other);
    });
  }

  test('a failure carries its sentence, its cause and the offset that would have done', () => {
    const cause = new Error('disk on fire');
    const failure = new Failure('offset-mismatch', 'Only 3 bytes', { cause, offset: 3 });
    assert.equal(failure.message, 'Only 3 bytes');
    assert.equal(failure.cause, cause);
    assert.equal(failure.offset, 3);
    assert.equal(failure.name, 'Failure');
    assert.ok(!('cause' in new Failure('locked', 'x')));
    assert.equal(new Failure('locked', 'x').offset, undefined);
  });

  test('a failure stays the one it is', () => {
    const failure = new Failure('locked', 'x');
    assert.equal(asFailure(failure), failure);
  });

  for (const thrown of [new TypeError('secret path /etc'), 'a string', undefined, null, 7]) {
    test(`${String(thrown)} becomes a failure that shows nothing of it to the user`, () => {
      const failure = asFailure(thrown);
      assert.equal(failure.code, 'storage-failed');
      assert.doesNotMatch(failure.message, /secret|string|7/);
      assert.equal(failure.cause, thrown);
    });
  }

  test('failures are told apart by their codes and from everything else', () => {
    const failure = new Failure('locked', 'x');
    assert.ok(failed(failure, 'not-found', 'locked'));
    assert.ok(!failed(failure, 'not-found'));
    assert.ok(!failed(Object.assign(new Error('x'), { code: 'locked' }), 'locked'));
  });
});
