/** Bytes in all of these chunks. */
export function byteLength(chunks: readonly Uint8Array[]): number {
  return chunks.reduce((sum, chunk) => sum + chunk.length, 0);
}

/** The first `bytes` bytes of these chunks, uncopied. */
export function firstBytes(chunks: readonly Uint8Array[], bytes: number): readonly Uint8Array[] {
  const first: Uint8Array[] = [];
  let left = bytes;
  for (const chunk of chunks) {
    if (left <= 0) break;
    first.push(chunk.subarray(0, left));
    left -= chunk.length;
  }
  return first;
}
