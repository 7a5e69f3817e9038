/** How dear an argon2id hash is; its third number, the lanes, is always 1 in what we make. */
export interface Argon2Cost {
  /** Memory in KiB. */
  readonly memoryKiB: number;
  /** How often the memory is filled. */
  readonly passes: number;
}

/** One way of storing a password: a row of the table in `schemes.ts`. */
export interface Scheme {
  readonly name:
    | 'argon2id'
    | 'argon2i'
    | 'scrypt'
    | 'bcrypt'
    | 'sha512-crypt'
    | 'sha256-crypt'
    | 'md5-crypt'
    | 'apr1'
    | 'sha1'
    | 'md5';
  /**
   * Where `verify` does its work: `pool` in the thread pool, so that it may be called anywhere;
   * `here` on the thread that calls it, so that only the hash worker may.
   */
  readonly runs: 'pool' | 'here';
  /** True if this string is one of ours, whatever it costs. */
  recognises(stored: string): boolean;
  /**
   * Why a recognised string costs too much to be verified, as the end of a sentence ("cost 31,
   * where at most 14 is accepted"); undefined if it does not.
   */
  tooDear(stored: string): string | undefined;
  /** True if a recognised string is what a new hash at this cost would look like. */
  isCurrent(stored: string, cost: Argon2Cost): boolean;
  /** True if a recognised string was made from this password; compares in constant time. */
  verify(password: Uint8Array, stored: string): boolean | Promise<boolean>;
}
