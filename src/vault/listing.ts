import { comparable } from '../base/name.ts';
import { type Path, nameOf } from '../base/path.ts';
import type { HomeParts } from './context.ts';
import { hasItsBytes } from './resumable.ts';
import { type Seen, asSeen } from './seen.ts';

/** Unsorted slices; unfinished uploads stand in the last one. */
export async function* listFolder(parts: HomeParts, folder: Path): AsyncIterable<readonly Seen[]> {
  const records = await parts.records.inFolder(parts.homeId, folder);
  const unfinished = new Map(records.map((record) => [comparable(nameOf(record.path)), record]));
  for await (const slice of parts.tree.list(folder)) {
    if (unfinished.size > 0) for (const { name } of slice) unfinished.delete(comparable(name));
    yield slice;
  }
  const seen: Seen[] = [];
  for (const record of unfinished.values()) {
    if (await hasItsBytes(parts, record)) seen.push(asSeen(record));
  }
  if (seen.length > 0) yield seen;
}
