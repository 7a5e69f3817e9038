import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';

import type { Argon2Cost, Scheme } from './scheme.ts';

/** The highest memory that a stored hash may ask for: one login must not push others out. */
export const MAX_ARGON2_MEMORY_KIB = 256 * 1024;

/** The highest memory times passes, in KiB: about four seconds of one core. */
const MAX_ARGON2_WORK_KIB = 4 * 1024 * 1024;

/** The most lanes that a stored hash may ask for. */
const MAX_ARGON2_LANES = 16;

const SALT_BYTES = 16;
const TAG_BYTES = 32;

/** argon2i is what libsodium made before it had argon2id, and pure-pw with it. */
type Variant = 'argon2id' | 'argon2i';

interface Parsed extends Argon2Cost {
  readonly variant: Variant;
  readonly lanes: number;
  readonly salt: Buffer;
  readonly tag: Buffer;
}

/**
 * The PHC string format, version 19 (RFC 9106) only. A salt has 8 bytes or more (RFC 9106 3.1)
 * and a tag at least 16, since a shorter one would let a wrong password pass by luck.
 */
const PATTERN =
  /^\$(argon2id|argon2i)\$v=19\$m=([1-9]\d{0,9}),t=([1-9]\d{0,9}),p=([1-9]\d{0,7})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/;

function parse(stored: string): Parsed | undefined {
  const [, variant, memory, passes, lanes, salt = '', tag = ''] = PATTERN.exec(stored) ?? [];
  // Four letters of base64 are three bytes, three are two, two are one; one alone is nothing.
  if (memory === undefined || salt.length % 4 === 1 || tag.length % 4 === 1) return undefined;
  const parsed = {
    variant: variant as Variant,
    memoryKiB: Number(memory),
    passes: Number(passes),
    lanes: Number(lanes),
    salt: Buffer.from(salt, 'base64'),
    tag: Buffer.from(tag, 'base64'),
  };
  // RFC 9106 3.1: at least eight blocks of 1 KiB for each lane.
  return parsed.memoryKiB >= 8 * parsed.lanes ? parsed : undefined;
}

/** The parts of a string that `recognises` has already said yes to. */
function known(stored: string): Parsed {
  const parsed = parse(stored);
  if (parsed === undefined) throw new TypeError('Not an argon2 string');
  return parsed;
}

/** argon2id in PHC strings: what every password is kept as sooner or later. */
export const argon2id: Scheme = {
  name: 'argon2id',
  runs: 'pool',
  recognises: (stored) => parse(stored)?.variant === 'argon2id',
  tooDear,
  // Dearer is not current either: its time would tell a known name from an unknown one.
  isCurrent(stored, cost) {
    const { memoryKiB, passes, lanes, salt, tag } = known(stored);
    return (
      memoryKiB === cost.memoryKiB &&
      passes === cost.passes &&
      lanes === 1 &&
      salt.length === SALT_BYTES &&
      tag.length === TAG_BYTES
    );
  },
  verify,
};

export const argon2i: Scheme = {
  name: 'argon2i',
  runs: 'pool',
  recognises: (stored) => parse(stored)?.variant === 'argon2i',
  tooDear,
  isCurrent: () => false,
  verify,
};

function tooDear(stored: string): string | undefined {
  const { memoryKiB, passes, lanes } = known(stored);
  if (memoryKiB > MAX_ARGON2_MEMORY_KIB) {
    return `memory ${memoryKiB} KiB, where at most ${MAX_ARGON2_MEMORY_KIB} is accepted`;
  }
  if (memoryKiB * passes > MAX_ARGON2_WORK_KIB) {
    return `${passes} passes over ${memoryKiB} KiB, where at most ${MAX_ARGON2_WORK_KIB} KiB in all are accepted`;
  }
  if (lanes > MAX_ARGON2_LANES) {
    return `${lanes} lanes, where at most ${MAX_ARGON2_LANES} are accepted`;
  }
  return undefined;
}

async function verify(password: Uint8Array, stored: string): Promise<boolean> {
  const parsed = known(stored);
  return timingSafeEqual(await derive(password, parsed, parsed.tag.length), parsed.tag);
}

/** The PHC string of this password under a new random salt; works in the thread pool. */
export async function hashArgon2id(password: Uint8Array, cost: Argon2Cost): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  return format(
    cost,
    salt,
    await derive(password, { variant: 'argon2id', ...cost, lanes: 1, salt }, TAG_BYTES),
  );
}

/** A string that costs as much as any other to verify and that no password was made into. */
export function fakeArgon2id(cost: Argon2Cost): string {
  return format(cost, randomBytes(SALT_BYTES), randomBytes(TAG_BYTES));
}

function format(cost: Argon2Cost, salt: Buffer, tag: Buffer): string {
  return `$argon2id$v=19$m=${cost.memoryKiB},t=${cost.passes},p=1$${base64(salt)}$${base64(tag)}`;
}

/** Base64 as PHC strings have it, without padding. */
function base64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}

function derive(
  password: Uint8Array,
  from: Omit<Parsed, 'tag'>,
  tagLength: number,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    argon2(
      from.variant,
      {
        message: password,
        nonce: from.salt,
        parallelism: from.lanes,
        tagLength,
        memory: from.memoryKiB,
        passes: from.passes,
      },
      (error, tag) => (error === null ? resolve(tag) : reject(error)),
    );
  });
}
