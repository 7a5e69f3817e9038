import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { type Counts, SiblingCounts } from './siblings.ts';

suite('what siblings hold', () => {
  test('is told once, as it is when they are told', async () => {
    const posted: Counts[] = [];
    const counts = new SiblingCounts((changes) => posted.push(changes));
    counts.tell('sessions/1', 1);
    counts.tell('sessions/2', 1);
    counts.tell('sessions/1', 2);
    await turn();
    counts.tell('sessions/1', 2);
    await turn();
    counts.tell('sessions/2', 0);
    await turn();
    assert.deepEqual(posted, [
      [
        ['sessions/1', 2],
        ['sessions/2', 1],
      ],
      [['sessions/2', 0]],
    ]);
  });

  test('is the sum over all of them, without those that are gone', () => {
    const counts = new SiblingCounts(() => {});
    let changes = 0;
    counts.listen(() => (changes += 1));
    counts.tell('sessions/1', 7);
    counts.hear(1, [['sessions/1', 2]]);
    counts.hear(2, [['sessions/1', 3]]);
    assert.equal(counts.held('sessions/1'), 5);
    counts.hear(2, [['sessions/1', 1]]);
    assert.equal(counts.held('sessions/1'), 3);
    counts.forget(1);
    assert.equal(counts.held('sessions/1'), 1);
    counts.hear(2, [['sessions/1', 0]]);
    assert.equal(counts.held('sessions/1'), 0);
    assert.equal(changes, 5);
  });
});
