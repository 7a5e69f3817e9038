import { digestOf, encodeGroups, mix, repeat, sameText } from './crypt.ts';
import type { Scheme } from './scheme.ts';

/** The most rounds that a stored hash may ask for: two or three seconds of one core. */
export const MAX_SHA512_CRYPT_ROUNDS = 1_000_000;

/** What a string without `rounds=` means, and the fewest that are ever done (specification, 3). */
const DEFAULT_ROUNDS = 5_000;
const MIN_ROUNDS = 1_000;

/** The salt may be anything printable but `$`, of which `:` would have ended a line of shadow(5). */
const PATTERN = /^\$6\$(?:rounds=(0|[1-9]\d{0,8})\$)?([!-#%-9;-~]{0,16})\$([./0-9A-Za-z]{86})$/;

/** Step 22: bytes i, i+21, i+42, turned by one place more each time, and the last byte alone. */
const GROUPS = [
  ...Array.from({ length: 21 }, (_, at) => {
    const triple = [at, at + 21, at + 42];
    return [...triple.slice(at % 3), ...triple.slice(0, at % 3)];
  }),
  [63],
];

/** `$6$` of crypt(3), as in "Unix crypt using SHA-256 and SHA-512" (Ulrich Drepper, 2007). */
export const sha512CryptScheme: Scheme = {
  name: 'sha512-crypt',
  runs: 'here',
  recognises: (stored) => PATTERN.test(stored),
  tooDear(stored) {
    const rounds = Number(PATTERN.exec(stored)?.[1] ?? DEFAULT_ROUNDS);
    return rounds > MAX_SHA512_CRYPT_ROUNDS
      ? `${rounds} rounds, where at most ${MAX_SHA512_CRYPT_ROUNDS} are accepted`
      : undefined;
  },
  isCurrent: () => false,
  verify(password, stored) {
    const [, rounds = DEFAULT_ROUNDS, salt = '', digest = ''] = PATTERN.exec(stored) ?? [];
    return sameText(sha512Crypt(password, Buffer.from(salt), Number(rounds)), digest);
  },
};

/** The 86 letters behind the last `$`; fewer than 1,000 rounds are done as 1,000. */
export function sha512Crypt(password: Uint8Array, salt: Uint8Array, rounds: number): string {
  // Steps 4 to 8.
  const b = digestOf('sha512', password, salt, password);
  // Steps 1 to 3 and 9 to 12: for each bit of the length, from the lowest, b or the password.
  const bits: Uint8Array[] = [];
  for (let length = password.length; length > 0; length >>= 1) {
    bits.push(length & 1 ? b : password);
  }
  const a = digestOf('sha512', password, salt, repeat(b, password.length), ...bits);
  // Steps 13 to 20: password and salt are replaced by digests of the same lengths.
  const dp = digestOf('sha512', repeat(password, password.length ** 2));
  const ds = digestOf('sha512', repeat(salt, salt.length * (16 + (a[0] ?? 0))));
  const end = mix(
    'sha512',
    a,
    repeat(dp, password.length),
    repeat(ds, salt.length),
    Math.max(rounds, MIN_ROUNDS),
  );
  return encodeGroups(end, GROUPS);
}
