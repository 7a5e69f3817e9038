/** The digest and checksum algorithms by their IANA "Hash Function Textual Names". */
export const ALGORITHMS = {
  'sha-256': { openssl: 'sha256', hexLength: 64 },
  'sha-512': { openssl: 'sha512', hexLength: 128 },
  'sha-1': { openssl: 'sha1', hexLength: 40 },
  md5: { openssl: 'md5', hexLength: 32 },
} as const;

export type Algorithm = keyof typeof ALGORITHMS;

/** CRC32 finds accidents and proves nothing: it is told to those who ask, and never taken for proof. */
export type Checksum = Algorithm | 'crc32';

export const CHECKSUMS = [...(Object.keys(ALGORITHMS) as Algorithm[]), 'crc32'] as const;

/** A digest of some bytes, in lower-case hexadecimal. */
export interface Digest {
  readonly algorithm: Algorithm;
  readonly hex: string;
}

/** A digest typed by a person or a client; undefined if it cannot be one of that algorithm. */
export function parseDigest(algorithm: string, hex: string): Digest | undefined {
  const name = algorithm.toLowerCase();
  if (!Object.hasOwn(ALGORITHMS, name)) return undefined;
  const known = name as Algorithm;
  if (hex.length !== ALGORITHMS[known].hexLength || !/^[0-9a-f]+$/i.test(hex)) return undefined;
  return { algorithm: known, hex: hex.toLowerCase() };
}

/** True if both are digests of the same algorithm and of the same bytes. */
export function sameDigest(one: Digest, other: Digest): boolean {
  return one.algorithm === other.algorithm && one.hex === other.hex;
}
