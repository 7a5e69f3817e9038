/**
 * How far a transfer is, for STAT.
 * @param bytes of the file, those from before included
 * @param moved bytes since it began, `milliseconds` ago
 */
export function soFar(bytes: number, moved: number, milliseconds: number): string {
  const rate = milliseconds > 0 ? Math.round((moved * 1000) / milliseconds) : 0;
  return `${bytes} bytes so far, ${rate} bytes per second`;
}
