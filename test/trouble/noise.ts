import { createCipheriv, createHash } from 'node:crypto';

/** So many bytes that look like noise, the same for the same seed. */
export function noise(seed: string, bytes: number): Buffer {
  const key = createHash('sha256').update(seed).digest();
  return createCipheriv('aes-128-ctr', key.subarray(0, 16), key.subarray(16)).update(
    Buffer.alloc(bytes),
  );
}
