/**
 * What takes its time to be read, a large module say, is read by the first who needs it: most runs
 * of a short command need it not at all.
 */
export function onDemand<T extends object>(read: () => T): () => T {
  let found: T | undefined;
  return () => (found ??= read());
}
