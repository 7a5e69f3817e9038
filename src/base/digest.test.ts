import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { suite, test } from 'node:test';
import { ALGORITHMS, parseDigest, sameDigest } from './digest.ts';

suite('digests', () => {
  for (const [name, { openssl, hexLength }] of Object.entries(ALGORITHMS)) {
    test(`${name} is what the crypto library computes, read in either case`, () => {
      const hex = createHash(openssl).update('x').digest('hex');
      assert.equal(hex.length, hexLength);
      const expected = { algorithm: name, hex };
      assert.deepEqual(parseDigest(name, hex), expected);
      assert.deepEqual(parseDigest(name.toUpperCase(), hex.toUpperCase()), expected);
    });
  }

  test('what cannot be a digest of the algorithm is none', () => {
    const hex = 'a'.repeat(64);
    for (const [algorithm, text] of [
      ['sha-256', ''],
      ['sha-256', hex.slice(1)],
      ['sha-256', `${hex}a`],
      ['sha-256', `${hex.slice(1)}g`],
      ['sha-256', `${hex.slice(1)}\n`],
      ['md5', hex],
      ['sha256', hex],
      ['crc32', hex.slice(0, 8)],
      ['toString', hex],
      ['__proto__', hex],
    ] as const) {
      assert.equal(parseDigest(algorithm, text), undefined, `${algorithm} ${text}`);
    }
  });

  test('digests are the same only if the algorithm is too', () => {
    const one = { algorithm: 'md5', hex: 'ab' } as const;
    assert.ok(sameDigest(one, { ...one }));
    assert.ok(!sameDigest(one, { ...one, hex: 'cd' }));
    assert.ok(!sameDigest(one, { ...one, algorithm: 'sha-1' }));
  });
});
