/**
 * Just enough of DER (ITU-T X.690 §8 and §10) to write a certificate: every value is a tag, the
 * length in as few bytes as it takes, and the content.
 */
export function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  return Buffer.concat([Buffer.of(tag), lengthOf(content.length), content]);
}

const SEQUENCE = 0x30;
const SET = 0x31;

export function sequence(...members: readonly Uint8Array[]): Buffer {
  return der(SEQUENCE, ...members);
}

export function set(...members: readonly Uint8Array[]): Buffer {
  return der(SET, ...members);
}

/** `[number]` around a value (explicit tagging). */
export function tagged(number: number, value: Uint8Array): Buffer {
  return der(0xa0 | number, value);
}

export function boolean(value: boolean): Buffer {
  return der(0x01, Buffer.of(value ? 0xff : 0));
}

/** A number that is not negative, from its bytes, the most significant first. */
export function integer(bytes: Uint8Array): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0);
  const digits = first < 0 ? Buffer.of(0) : Buffer.from(bytes.subarray(first));
  // A first bit of 1 would make it negative.
  const isNegative = (digits[0] ?? 0) >= 0x80;
  return der(0x02, ...(isNegative ? [Buffer.of(0)] : []), digits);
}

/** Whole bytes, or with `unused` bits at the end of the last one. */
export function bitString(bytes: Uint8Array, unused = 0): Buffer {
  return der(0x03, Buffer.of(unused), bytes);
}

export function octetString(bytes: Uint8Array): Buffer {
  return der(0x04, bytes);
}

/** An object identifier, written with dots. */
export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...others] = dotted.split('.').map(Number);
  return der(0x06, ...[first * 40 + second, ...others].map(inSevens));
}

export function utf8String(text: string): Buffer {
  return der(0x0c, Buffer.from(text));
}

/** A moment to the second, in the form that a certificate wants (RFC 5280 §4.1.2.5). */
export function time(moment: Date): Buffer {
  const digits = moment.toISOString().replaceAll(/[-:T]|\.\d+/g, '');
  const isShort = moment.getUTCFullYear() < 2050;
  return isShort ? der(0x17, Buffer.from(digits.slice(2))) : der(0x18, Buffer.from(digits));
}

/** One number in groups of seven bits, all bytes but the last one marked. */
function inSevens(value: number): Buffer {
  const bytes = [value % 128];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) {
    bytes.unshift((rest % 128) | 0x80);
  }
  return Buffer.from(bytes);
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length);
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return Buffer.of(0x80 | bytes.length, ...bytes);
}
