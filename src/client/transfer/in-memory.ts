import { hash } from 'node:crypto';
import { ALGORITHMS, type Algorithm, type Digest } from '../../base/digest.ts';

/** The digest of bytes that are all here. */
export function digestOfBytes(algorithm: Algorithm, bytes: Uint8Array): Digest {
  return { algorithm, hex: hash(ALGORITHMS[algorithm].openssl, bytes) };
}

/** An answer that may fail before anybody waits for it. */
export function heard<T>(answer: T | Promise<T>): Promise<T> {
  const promise = Promise.resolve(answer);
  promise.catch(() => {});
  return promise;
}
