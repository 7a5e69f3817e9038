import { digestOf, encodeGroups, mix, repeat, sameText } from './crypt.ts';
import type { Scheme } from './scheme.ts';

/** The most rounds that a stored hash may ask for: two or three seconds of one core. */
export const MAX_SHA_CRYPT_ROUNDS = 1_000_000;

/** What a string without `rounds=` means, and the fewest that are ever done (specification, 3). */
const DEFAULT_ROUNDS = 5_000;
const MIN_ROUNDS = 1_000;

type Algorithm = 'sha256' | 'sha512';

interface Variant {
  /** The salt may be anything printable but `$`, of which `:` would have ended a line of shadow(5). */
  readonly pattern: RegExp;
  /** Step 22: three bytes a third apart, turned by one place more each time, and what is left. */
  readonly groups: readonly (readonly number[])[];
}

const VARIANTS: Readonly<Record<Algorithm, Variant>> = {
  sha256: {
    pattern: /^\$5\$(?:rounds=(0|[1-9]\d{0,8})\$)?([!-#%-9;-~]{0,16})\$([./0-9A-Za-z]{43})$/,
    groups: [...turned(10, 2), [31, 30]],
  },
  sha512: {
    pattern: /^\$6\$(?:rounds=(0|[1-9]\d{0,8})\$)?([!-#%-9;-~]{0,16})\$([./0-9A-Za-z]{86})$/,
    groups: [...turned(21, 1), [63]],
  },
};

/** `count` groups of three, each turned to the left by `step` places more than the one before. */
function turned(count: number, step: number): number[][] {
  return Array.from({ length: count }, (_, at) => {
    const triple = [at, at + count, at + 2 * count];
    const by = (at * step) % 3;
    return [...triple.slice(by), ...triple.slice(0, by)];
  });
}

/** `$6$` of crypt(3), as in "Unix crypt using SHA-256 and SHA-512" (Ulrich Drepper, 2007). */
export const sha512CryptScheme = scheme('sha512-crypt', 'sha512');

/** `$5$` of the same. */
export const sha256CryptScheme = scheme('sha256-crypt', 'sha256');

function scheme(name: Scheme['name'], algorithm: Algorithm): Scheme {
  const { pattern } = VARIANTS[algorithm];
  return {
    name,
    runs: 'here',
    recognises: (stored) => pattern.test(stored),
    tooDear(stored) {
      const rounds = Number(pattern.exec(stored)?.[1] ?? DEFAULT_ROUNDS);
      return rounds > MAX_SHA_CRYPT_ROUNDS
        ? `${rounds} rounds, where at most ${MAX_SHA_CRYPT_ROUNDS} are accepted`
        : undefined;
    },
    isCurrent: () => false,
    verify(password, stored) {
      const [, rounds = DEFAULT_ROUNDS, salt = '', digest = ''] = pattern.exec(stored) ?? [];
      return sameText(shaCrypt(algorithm, password, Buffer.from(salt), Number(rounds)), digest);
    },
  };
}

/** The letters behind the last `$`; fewer than 1,000 rounds are done as 1,000. */
export function shaCrypt(
  algorithm: Algorithm,
  password: Uint8Array,
  salt: Uint8Array,
  rounds: number,
): string {
  // Steps 4 to 8.
  const b = digestOf(algorithm, password, salt, password);
  // Steps 1 to 3 and 9 to 12: for each bit of the length, from the lowest, b or the password.
  const bits: Uint8Array[] = [];
  for (let length = password.length; length > 0; length >>= 1) {
    bits.push(length & 1 ? b : password);
  }
  const a = digestOf(algorithm, password, salt, repeat(b, password.length), ...bits);
  // Steps 13 to 20: password and salt are replaced by digests of the same lengths.
  const dp = digestOf(algorithm, repeat(password, password.length ** 2));
  const ds = digestOf(algorithm, repeat(salt, salt.length * (16 + (a[0] ?? 0))));
  const end = mix(
    algorithm,
    a,
    repeat(dp, password.length),
    repeat(ds, salt.length),
    Math.max(rounds, MIN_ROUNDS),
  );
  return encodeGroups(end, VARIANTS[algorithm].groups);
}
