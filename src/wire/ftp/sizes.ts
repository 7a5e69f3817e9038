const MAX_OFFSET = BigInt(Number.MAX_SAFE_INTEGER);

/**
 * A number of bytes as REST, ALLO and RANG say it: decimal digits and nothing else, at most
 * 2^53 − 1. Undefined for anything else; a value is never rounded, clamped or made negative.
 */
export function parseOffset(text: string): number | undefined {
  if (!/^\d+$/.test(text)) return undefined;
  // Nearly all are of these, which is found out many times as fast.
  if (text.length < 16) return Number(text);
  const offset = BigInt(text);
  return offset <= MAX_OFFSET ? Number(offset) : undefined;
}
