import { createHash } from 'node:crypto';
import { encodeName } from '../../base/name.ts';
import { MAX_NAME_BYTES } from '../../base/path.ts';

/** Hexadecimal digits that stand for the rest of a name that was cut. */
const MARK_LENGTH = 8;

/**
 * `prefix` + `name` + `suffix`, the name cut where the whole would be longer than a name can be; a
 * mark made from the whole name then keeps it apart from others with the same beginning.
 */
export function partName(prefix: string, name: string, suffix: string): string {
  const room = MAX_NAME_BYTES - encodeName(prefix).length - encodeName(suffix).length;
  if (encodeName(name).length <= room) return prefix + name + suffix;
  const mark = createHash('sha256').update(encodeName(name)).digest('hex').slice(0, MARK_LENGTH);
  let kept = '';
  // By characters: half of one would be no valid name.
  for (const character of name) {
    if (encodeName(kept + character).length + MARK_LENGTH + 1 > room) break;
    kept += character;
  }
  return `${prefix}${kept}~${mark}${suffix}`;
}
