import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { failed } from '../../src/base/failure.ts';
import { replyTo } from '../../src/protocols/ftp/failures.ts';
import { ioError } from './failing.ts';

/** What each trouble of a disk is to the client that meets it, before and while bytes flow. */
const REPLIES = {
  // Full, by its size or by what the system grants its user: not the quota of the account (552).
  ENOSPC: 452,
  EDQUOT: 452,
  EFBIG: 452,
  // Somebody has to look after it.
  EIO: 451,
  EROFS: 451,
  EMFILE: 451,
  ENFILE: 451,
  // Errors without a meaning of their own: a network disk that went away, a device that is gone.
  ESTALE: 451,
  ENODEV: 451,
  ETIMEDOUT: 451,
  ENOMEM: 451,
} as const;

suite('what a disk reports', () => {
  for (const [errno, code] of Object.entries(REPLIES)) {
    test(`${errno} is ${code} to a client, in a sentence without a path, and may be tried again`, () => {
      const failure = ioError(errno);
      for (const situation of ['asking', 'naming', 'flowing'] as const) {
        const { code: told, lines } = replyTo(failure, situation);
        assert.equal(told, code, situation);
        assert.doesNotMatch(lines.join(''), new RegExp(`/|${errno}`));
      }
      assert.equal(failure.retry, 'after');
      assert.ok(failed(failure, 'storage-full', 'storage-failed'));
    });
  }
});
