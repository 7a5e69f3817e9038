/** What a bar is drawn with: what was there before, what has moved since, where it is now. */
const GLYPHS = { before: ':', moved: '=', head: '>', rest: ' ' } as const;

/**
 * `[:::===>    ]` in so many columns, the brackets included. It is full only when all is there.
 * @param before the part that was there before this run, 0 to 1
 * @param now the part that is there, 0 to 1
 */
export function bar(before: number, now: number, columns: number): string {
  const inside = columns - 2;
  if (inside < 1) return '';
  const full = Math.min(Math.floor(clamp(now) * inside), inside);
  const old = Math.min(Math.floor(clamp(before) * inside), full);
  const head = full < inside && now > 0 ? GLYPHS.head : '';
  const drawn = GLYPHS.before.repeat(old) + GLYPHS.moved.repeat(full - old) + head;
  return `[${drawn.padEnd(inside, GLYPHS.rest)}]`;
}

/** The same for what is going on without a size: something that moves. */
export function pulse(step: number, columns: number): string {
  const inside = columns - 2;
  if (inside < 1) return '';
  const length = Math.min(3, inside);
  const room = inside - length;
  // There and back.
  const at = room === 0 ? 0 : room - Math.abs((step % (2 * room)) - room);
  return `[${' '.repeat(at)}${GLYPHS.moved.repeat(length)}${' '.repeat(room - at)}]`;
}

function clamp(part: number): number {
  return Math.min(1, Math.max(0, part));
}
