import type { Path } from '../../../base/path.ts';
import type { Seen, Session } from '../../../session/session.ts';
import type { ListOrder } from '../../../wire/ftp/list-arguments.ts';
import { isListable } from '../../../wire/ftp/listing.ts';
import type { FtpOptions } from '../options.ts';
import type { Pattern } from './pattern.ts';

/** Which entries are shown, and in which order. */
export interface Selection {
  readonly only?: Pattern | undefined;
  readonly order?: ListOrder;
  readonly reversed?: boolean;
}

/** As many as the largest slice of a store: what is sorted without being asked for. */
const SMALL = 256;

const COMPARED = {
  name: byName,
  time: (one, other) => other.modified - one.modified || byName(one, other),
  size: (one, other) => other.size - one.size || byName(one, other),
} as const satisfies Record<ListOrder, (one: Seen, other: Seen) => number>;

/**
 * The entries of a folder that a listing shows, in slices. A small folder is sorted by name, and one
 * whose order the client chooses up to a limit; a larger one comes as the store gives it, because
 * sorting would mean holding it.
 */
export async function* entriesOf(
  session: Session,
  folder: Path,
  { showPartials, maxSortedEntries }: FtpOptions,
  { only = () => true, order = 'name', reversed = false }: Selection = {},
): AsyncGenerator<readonly Seen[]> {
  const most = order === 'name' && !reversed ? SMALL : maxSortedEntries;
  let held: Seen[] | undefined = [];
  for await (const slice of session.list(folder)) {
    const shown = slice.filter(
      ({ name, partial }) => isListable(name) && (showPartials || !partial) && only(name),
    );
    if (held === undefined) yield shown;
    else {
      held.push(...shown);
      if (held.length <= most) continue;
      yield held;
      held = undefined;
    }
  }
  if (held === undefined) return;
  const sorted = held.toSorted(COMPARED[order]);
  if (reversed) sorted.reverse();
  for (let at = 0; at < sorted.length; at += SMALL) yield sorted.slice(at, at + SMALL);
}

function byName(one: Seen, other: Seen): number {
  return one.name < other.name ? -1 : 1;
}
