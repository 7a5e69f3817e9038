import { isUtf8 } from 'node:buffer';

/**
 * File names are bytes on disk and on the wire, and strings in here. Valid UTF-8 becomes the
 * string it spells; every byte that is not part of valid UTF-8 becomes the lone surrogate
 * U+DC80…U+DCFF (as in PEP 383), so that any name goes in and out unchanged.
 */
export function decodeName(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (isUtf8(buffer)) return buffer.toString('utf8');
  let text = '';
  for (let at = 0; at < buffer.length;) {
    const length = validSequence(buffer, at);
    if (length > 0) {
      text += buffer.toString('utf8', at, at + length);
      at += length;
    } else {
      text += String.fromCharCode(0xdc00 + (buffer[at] ?? 0));
      at += 1;
    }
  }
  return text;
}

/** The bytes of a name made by {@link decodeName}, or of any ordinary string. */
export function encodeName(text: string): Buffer {
  if (text.isWellFormed()) return Buffer.from(text, 'utf8');
  const parts: Buffer[] = [];
  for (const character of text) {
    const unit = character.charCodeAt(0);
    const isEscape = character.length === 1 && unit >= 0xdc80 && unit <= 0xdcff;
    parts.push(isEscape ? Buffer.of(unit - 0xdc00) : Buffer.from(character, 'utf8'));
  }
  return Buffer.concat(parts);
}

/** The same text in Unicode's composed form, for comparing; a name is stored as it came. */
export function comparable(text: string): string {
  return text.normalize('NFC');
}

/** The forms in which a text is met that means the same: as it is, composed, decomposed. */
export function spellings(text: string): string[] {
  return [...new Set([text, comparable(text), text.normalize('NFD')])];
}

/** The length in bytes of the valid UTF-8 sequence at `at`, 0 if there is none. */
function validSequence(buffer: Buffer, at: number): number {
  const lead = buffer[at] ?? 0;
  const length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  const end = at + length;
  return end <= buffer.length && isUtf8(buffer.subarray(at, end)) ? length : 0;
}
