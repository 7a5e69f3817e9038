import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { digestsOf, factsToAskFor, hashAlgorithms, readFeatures } from './features.ts';

function features(...lines: readonly string[]) {
  return readFeatures({ code: 211, lines: ['Features', ...lines, 'End'] });
}

describe('features', () => {
  test('are there in any case, whole words only, with what stands behind them', () => {
    const some = features('rest STREAM', 'SITE EXPECT', ' MLST type*;size;', 'SIZEX', 'UTF8');
    assert.equal(some.has('REST'), true);
    assert.equal(some.has('REST STREAM'), true);
    assert.equal(some.has('SITE EXPECT'), true);
    assert.equal(some.has('SITE EXP'), false);
    assert.equal(some.has('SIZE'), false);
    assert.equal(some.argument('MLST'), 'type*;size;');
    assert.equal(some.argument('UTF8'), '');
    assert.equal(some.argument('NONE'), '');
    assert.equal(some.has('__proto__'), false);
  });

  test('are none where FEAT is not known', () => {
    for (const reply of [undefined, { code: 500, lines: ['SIZE', 'SIZE', 'SIZE'] }]) {
      assert.equal(readFeatures(reply).has('SIZE'), false);
    }
  });

  test('tell the digests, the one to prefer first', () => {
    const line = 'HASH CRC32;MD5;SHA-1*;SHA-512;';
    assert.deepEqual(hashAlgorithms(features(line)), ['sha-512', 'sha-1', 'md5']);
    assert.deepEqual(digestsOf(features('XMD5', 'XSHA256', 'XSHA')), ['sha-256', 'sha-1', 'md5']);
    assert.deepEqual(digestsOf(features('MD5')), ['md5']);
    assert.deepEqual(digestsOf(features('XCRC')), []);
  });

  test('tell which facts have to be asked for', () => {
    assert.equal(factsToAskFor(features('MLST type*;size*;modify*;perm;')), undefined);
    assert.equal(
      factsToAskFor(features('MLST Type*;Size*;perm*;modify*;unique;')),
      'Type;Size;modify;unique;',
    );
    assert.equal(factsToAskFor(features('SIZE')), undefined);
  });
});
