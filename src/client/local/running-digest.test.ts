import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { MiB } from '../../base/size.ts';
import { RunningDigest } from './running-digest.ts';

const bytes = Buffer.alloc(MiB, 'some bytes');
const sha256 = (part: Uint8Array): string => createHash('sha256').update(part).digest('hex');

test('what comes twice counts once, and what comes behind a gap not at all', () => {
  const digest = new RunningDigest('sha-256');
  digest.feed(0, bytes.subarray(0, 100));
  digest.feed(50, bytes.subarray(50, 200));
  digest.feed(300, bytes.subarray(300, 400));
  assert.equal(digest.at, 200);
  assert.deepEqual(digest.now(), { algorithm: 'sha-256', hex: sha256(bytes.subarray(0, 200)) });
});

test('it goes back to a place not far before, and on from there', () => {
  const digest = new RunningDigest('sha-256');
  for (let at = 0; at < 200 * MiB; at += MiB) digest.feed(at, bytes);
  const whole = digest.now();
  digest.goBackTo(150 * MiB);
  assert.equal(digest.at, 128 * MiB);
  for (let { at } = digest; at < 200 * MiB; at += MiB) digest.feed(at, bytes);
  assert.deepEqual(digest.now(), whole);
  digest.goBackTo(10);
  assert.equal(digest.at, 0);
  assert.equal(digest.now().hex, sha256(Buffer.alloc(0)));
});
