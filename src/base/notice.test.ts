import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from './failure.ts';
import { Notice } from './notice.ts';

const FIRST = new Failure('forbidden', 'first');
const SECOND = new Failure('locked', 'second');

test('a notice is given once, to its listener and to every signal made of it', () => {
  const notice = new Notice();
  const heard: Failure[] = [];
  notice.listen((reason) => heard.push(reason));
  const { signal } = notice;
  assert.equal(signal.aborted, false);
  notice.give(FIRST);
  notice.give(SECOND);
  assert.deepEqual(heard, [FIRST]);
  assert.equal(signal.reason, FIRST);
  assert.equal(notice.reason, FIRST);
});

test('who comes too late hears it at once', () => {
  const notice = new Notice();
  notice.give(FIRST);
  const heard: Failure[] = [];
  notice.listen((reason) => heard.push(reason));
  assert.deepEqual(heard, [FIRST]);
  assert.equal(notice.signal.reason, FIRST);
});

test('who has stopped listening hears nothing', () => {
  const notice = new Notice();
  notice.listen(() => assert.fail('nobody listens'));
  notice.listen(undefined);
  notice.give(FIRST);
});
