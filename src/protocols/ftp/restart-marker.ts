import type { Representation } from '../../wire/ftp/coding/coding.ts';
import { parseOffset } from '../../wire/ftp/sizes.ts';

const PREFIX = 'carryon.';

/**
 * Restart markers are sent and answered where RFC 959 §3.5 has them, and where they name a byte of
 * the file.
 */
export function takesMarkers({ type, structure, mode }: Representation): boolean {
  return type === 'I' && structure === 'F' && (mode === 'B' || mode === 'C');
}

/** Our own marker for a position in a file: no plain number, so that none can be taken for it. */
export function formatRestartMarker(offset: number): string {
  return PREFIX + offset;
}

export function parseRestartMarker(text: string): number | undefined {
  return text.startsWith(PREFIX) ? parseOffset(text.slice(PREFIX.length)) : undefined;
}
