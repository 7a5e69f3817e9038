import { TextDecoder } from 'node:util';
import { decodeName, encodeName } from './name.ts';

/** How names are written as bytes. */
export interface Charset {
  readonly name: CharsetName;
  /** What is no character becomes the lone surrogates of {@link decodeName}: nothing is lost. */
  decode(bytes: Uint8Array): string;
  /** What the charset has no bytes for is written as `%E2%82%AC`: its UTF-8, in hexadecimal. */
  encode(text: string): Buffer;
}

/** Some bytes, from the first to the last. */
type Range = readonly [first: number, last: number];

interface Coding {
  /** As TextDecoder knows it (WHATWG Encoding §4.2). */
  readonly label: string;
  /** The first bytes of the pairs that are written; no pairs where each character is one byte. */
  readonly leads?: readonly Range[];
  /** Where several pairs mean one character the first is written, but of these the last. */
  readonly lastOf?: string;
  /** Characters without a pair are written in four bytes (GB 18030). */
  readonly fours?: true;
}

/**
 * Charsets of clients that know no UTF-8. They write ASCII as ASCII, and no byte of theirs means
 * `/`, CR, LF or NUL where it is part of another character. Which pairs are written follows the
 * encoders of WHATWG Encoding §10.1, §11.1 and §13.
 */
const CODINGS = {
  gbk: { label: 'gbk', leads: [[0x81, 0xfe]] },
  gb18030: { label: 'gb18030', leads: [[0x81, 0xfe]], fours: true },
  big5: { label: 'big5', leads: [[0xa1, 0xfe]], lastOf: '═╞╡╪十卅' },
  'shift-jis': {
    label: 'shift_jis',
    leads: [
      [0x81, 0x9f],
      [0xe0, 0xec],
      [0xef, 0xfc],
    ],
  },
  'euc-kr': { label: 'euc-kr', leads: [[0x81, 0xfe]] },
  latin1: { label: 'windows-1252' },
  'windows-1250': { label: 'windows-1250' },
  'windows-1251': { label: 'windows-1251' },
  'koi8-r': { label: 'koi8-r' },
} as const satisfies Readonly<Record<string, Coding>>;

export type CharsetName = keyof typeof CODINGS | 'utf-8';

export const CHARSET_NAMES = ['utf-8', ...Object.keys(CODINGS)] as readonly [
  CharsetName,
  ...CharsetName[],
];

export function isCharsetName(text: string): text is CharsetName {
  return CHARSET_NAMES.some((name) => name === text);
}

export const UTF_8: Charset = { name: 'utf-8', decode: decodeName, encode: encodeName };

const made = new Map<CharsetName, Charset>([['utf-8', UTF_8]]);

/** Takes some milliseconds the first time, for the table of what is written how. */
export function charsetNamed(name: CharsetName): Charset {
  let charset = made.get(name);
  if (charset === undefined && name !== 'utf-8') {
    charset = new LegacyCharset(name, CODINGS[name]);
    made.set(name, charset);
  }
  return charset ?? UTF_8;
}

/** True if every charset writes this as the same bytes. */
export function isAscii(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- all of ASCII is meant
  return /^[\0-\x7f]*$/.test(text);
}

class LegacyCharset implements Charset {
  readonly name: CharsetName;
  readonly #coding: Coding;
  readonly #strict: TextDecoder;
  /** The bytes of each character beyond ASCII. */
  readonly #bytes: ReadonlyMap<string, Buffer>;
  /** The other way round, for what is broken: the decoder itself can only say that it is. */
  readonly #characters: ReadonlyMap<number, string>;
  /** What the decoder makes of ASCII, where it is not that: ICU's Shift-JIS turns three controls. */
  readonly #turned: ReadonlyMap<string, string>;

  constructor(name: CharsetName, coding: Coding) {
    this.name = name;
    this.#coding = coding;
    this.#strict = new TextDecoder(coding.label, { fatal: true });
    this.#bytes = tableOf(coding);
    this.#characters = new Map([
      ...Array.from({ length: 0x80 }, (_, code) => [code, String.fromCharCode(code)] as const),
      ...[...this.#bytes].map(
        ([character, code]) => [codeAt(code, 0, code.length), character] as const,
      ),
    ]);
    const ascii = Array.from({ length: 0x80 }, (_, code) => String.fromCharCode(code));
    const turned = ascii.map((one) => [this.#strict.decode(Buffer.from(one)), one] as const);
    this.#turned = new Map(turned.filter(([seen, meant]) => seen !== meant));
  }

  decode(bytes: Uint8Array): string {
    const whole = this.#read(bytes);
    if (whole !== undefined) return whole;
    let text = '';
    for (let at = 0; at < bytes.length;) {
      const length = [1, 2, 4].find((length) => this.#characters.has(codeAt(bytes, at, length)));
      const code = codeAt(bytes, at, length ?? 1);
      text += this.#characters.get(code) ?? String.fromCharCode(0xdc00 + (bytes[at] ?? 0));
      at += length ?? 1;
    }
    return text;
  }

  encode(text: string): Buffer {
    if (isAscii(text)) return Buffer.from(text, 'latin1');
    return Buffer.concat(Array.from(text, (character) => this.#write(character)));
  }

  #read(bytes: Uint8Array): string | undefined {
    try {
      const text = this.#strict.decode(bytes);
      if (this.#turned.size === 0) return text;
      return Array.from(text, (character) => this.#turned.get(character) ?? character).join('');
    } catch {
      return undefined;
    }
  }

  #write(character: string): Buffer {
    const known = this.#bytes.get(character);
    if (known !== undefined) return known;
    const point = character.codePointAt(0) ?? 0;
    if (point < 0x80 || !character.isWellFormed()) return encodeName(character);
    if (this.#coding.fours && point > 0xffff)
      return fourBytes(point - 0x10000 + FIRST_SUPPLEMENTARY);
    const hex = Array.from(encodeName(character), (byte) => `%${byte.toString(16)}`);
    return Buffer.from(hex.join('').toUpperCase(), 'latin1');
  }
}

const LF = 0x0a;

/** Some bytes as one number; none that is a code, where there are not so many. */
function codeAt(bytes: Uint8Array, at: number, length: number): number {
  if (at + length > bytes.length) return -1;
  let code = 0;
  for (let index = at; index < at + length; index += 1) code = code * 256 + (bytes[index] ?? 0);
  return code;
}

/** What is between the four bytes of U+0080 and of U+10000 in GB 18030, in steps. */
const LAST_BMP = 39_419;
const FIRST_SUPPLEMENTARY = 189_000;

/**
 * The decoder turned round: all there is, decoded once. Each code stands on a line of its own, so
 * that what is none spoils no other.
 */
function tableOf({ label, leads = [], lastOf = '', fours }: Coding): ReadonlyMap<string, Buffer> {
  const codes: Buffer[] = [];
  for (let byte = 0x80; byte <= 0xff; byte += 1) codes.push(Buffer.of(byte));
  for (const [first, last] of leads) {
    for (let lead = first; lead <= last; lead += 1) {
      for (let trail = 0x40; trail <= 0xfe; trail += 1) codes.push(Buffer.of(lead, trail));
    }
  }
  if (fours) for (let step = 0; step <= LAST_BMP; step += 1) codes.push(fourBytes(step));
  const lines = Buffer.concat(codes.flatMap((code) => [code, Buffer.of(LF)]));
  const characters = new TextDecoder(label).decode(lines).split('\n');
  const table = new Map<string, Buffer>();
  for (const [index, code] of codes.entries()) {
    const character = characters[index] ?? '';
    const isOne = character.length === 1 && character > '\x7f' && character !== '\ufffd';
    if (isOne && (!table.has(character) || lastOf.includes(character))) table.set(character, code);
  }
  return table;
}

/** The four bytes that stand at a place in the order of GB 18030. */
function fourBytes(step: number): Buffer {
  const digits = [Math.floor(step / 12_600), Math.floor(step / 1260) % 10];
  const [first = 0, second = 0] = digits;
  return Buffer.of(
    0x81 + first,
    0x30 + second,
    0x81 + (Math.floor(step / 10) % 126),
    0x30 + (step % 10),
  );
}
