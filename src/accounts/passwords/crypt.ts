import { hash, timingSafeEqual } from 'node:crypto';

type Algorithm = 'md5' | 'sha256' | 'sha512';

/** The alphabet of crypt(3), which is not that of base64. */
export const ALPHABET = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/**
 * Bytes in the letters of crypt(3): each group of up to three bytes, most significant first,
 * becomes its letters from the least significant six bits up. The groups come in the order
 * that the scheme prescribes.
 */
export function encodeGroups(bytes: Buffer, groups: readonly (readonly number[])[]): string {
  let text = '';
  for (const group of groups) {
    let bits = group.reduce((sum, at) => sum * 256 + (bytes[at] ?? 0), 0);
    for (let letters = 0; letters < group.length + 1; letters += 1) {
      text += ALPHABET[bits % 64];
      bits = Math.floor(bits / 64);
    }
  }
  return text;
}

/**
 * The long loop that md5-crypt invented and SHA-crypt kept (SHA-crypt specification, step 21):
 * in each round the digest so far is mixed with password and salt in an order that depends on
 * whether the round is odd, divisible by 3, divisible by 7.
 */
export function mix(
  algorithm: Algorithm,
  start: Buffer,
  password: Uint8Array,
  salt: Uint8Array,
  rounds: number,
): Buffer {
  // Only the digest changes, so each of the orders is laid out once with a gap for it.
  const messages = new Map<number, { readonly bytes: Buffer; readonly gap: number }>();
  const layout = (round: number) => {
    const isOdd = round % 2 === 1;
    const parts = [
      isOdd ? password : start,
      ...(round % 3 === 0 ? [] : [salt]),
      ...(round % 7 === 0 ? [] : [password]),
      isOdd ? start : password,
    ];
    const bytes = Buffer.concat(parts);
    return { bytes, gap: isOdd ? bytes.length - start.length : 0 };
  };
  let digest = start;
  for (let round = 0; round < rounds; round += 1) {
    const order = round % 42;
    const message = messages.get(order) ?? layout(order);
    messages.set(order, message);
    message.bytes.set(digest, message.gap);
    digest = hash(algorithm, message.bytes, 'buffer');
  }
  return digest;
}

/** The digest of all parts, one behind the other. */
export function digestOf(algorithm: Algorithm, ...parts: readonly Uint8Array[]): Buffer {
  return hash(algorithm, Buffer.concat(parts), 'buffer');
}

/** The first `length` bytes of `bytes` repeated without end. */
export function repeat(bytes: Uint8Array, length: number): Buffer {
  return bytes.length === 0 ? Buffer.alloc(0) : Buffer.alloc(length, bytes);
}

/** Equality of two strings of ASCII that takes as long for any two of the same length. */
export function sameText(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
}
