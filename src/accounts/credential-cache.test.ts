import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import * as fc from 'fast-check';

import { CredentialCache } from './credential-cache.ts';
import { HandClock } from './hand-clock.ts';

suite('the credential cache', () => {
  test('knows a login again, and nothing that differs from it in any part', () => {
    const letter = fc.constantFrom(
      'a',
      '1',
      '"',
      ',',
      '[',
      '\\',
      '\0',
      'ä',
      '\udc80',
      '\udcff',
      '💾',
    );
    const text = fc.string({ unit: letter, maxLength: 4 });
    const login = fc.tuple(fc.nat({ max: 20 }), text, text);
    fc.assert(
      fc.property(login, login, (one, other) => {
        const cache = new CredentialCache({ clock: new HandClock() });
        cache.remember(...one);
        assert.equal(cache.has(...one), true);
        const isSame = one.every((part, at) => part === other[at]);
        assert.equal(cache.has(...other), isSame);
      }),
    );
  });

  test('keeps its parts apart, wherever the borders between them are moved', () => {
    const cache = new CredentialCache({ clock: new HandClock() });
    cache.remember(1, 'ab', 'c');
    assert.equal(cache.has(1, 'a', 'bc'), false);
    assert.equal(cache.has(1, 'abc', ''), false);
    cache.remember(1, '\udc80', 'x');
    assert.equal(cache.has(1, '\udc81', 'x'), false);
  });

  test('forgets a login after its time, however often it was used', () => {
    const clock = new HandClock();
    const cache = new CredentialCache({ clock, ttlMs: 1_000 });
    cache.remember(1, 'stored', 'password');
    for (let i = 0; i < 9; i += 1) {
      clock.advance(100);
      assert.equal(cache.has(1, 'stored', 'password'), true);
    }
    clock.advance(100);
    assert.equal(cache.has(1, 'stored', 'password'), false);
  });

  test('remembering again begins the time anew', () => {
    const clock = new HandClock();
    const cache = new CredentialCache({ clock, ttlMs: 1_000 });
    cache.remember(1, 'stored', 'password');
    clock.advance(900);
    cache.remember(1, 'stored', 'password');
    clock.advance(900);
    assert.equal(cache.has(1, 'stored', 'password'), true);
  });

  test('holds so many logins; the one unused for longest goes first', () => {
    const cache = new CredentialCache({ clock: new HandClock(), maxEntries: 3 });
    for (const id of [1, 2, 3]) cache.remember(id, 'stored', 'password');
    assert.equal(cache.has(1, 'stored', 'password'), true);
    cache.remember(4, 'stored', 'password');
    const left = [1, 2, 3, 4].filter((id) => cache.has(id, 'stored', 'password'));
    assert.deepEqual(left, [1, 3, 4]);
  });

  test('with no room at all remembers nothing', () => {
    const cache = new CredentialCache({ clock: new HandClock(), maxEntries: 0 });
    cache.remember(1, 'stored', 'password');
    assert.equal(cache.has(1, 'stored', 'password'), false);
  });

  test('forgets all logins of one account and none of another', () => {
    const cache = new CredentialCache({ clock: new HandClock() });
    cache.remember(1, 'old', 'password');
    cache.remember(1, 'new', 'password');
    cache.remember(11, 'new', 'password');
    cache.forget(1);
    assert.equal(cache.has(1, 'old', 'password'), false);
    assert.equal(cache.has(1, 'new', 'password'), false);
    assert.equal(cache.has(11, 'new', 'password'), true);
  });
});
