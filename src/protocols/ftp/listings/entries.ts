import type { Path } from '../../../base/path.ts';
import type { Seen, Session } from '../../../session/session.ts';
import { isListable } from '../../../wire/ftp/listing.ts';
import type { FtpOptions } from '../options.ts';
import type { Pattern } from './pattern.ts';

/**
 * The entries of a folder that a listing shows, in slices. A folder that fits into one slice is
 * sorted by name; a larger one comes as the store gives it, because sorting would mean holding it.
 */
export async function* entriesOf(
  session: Session,
  folder: Path,
  { showPartials }: FtpOptions,
  only: Pattern = () => true,
): AsyncGenerator<readonly Seen[]> {
  let first: readonly Seen[] | undefined;
  let count = 0;
  for await (const slice of session.list(folder)) {
    const shown = slice.filter(
      ({ name, partial }) => isListable(name) && (showPartials || !partial) && only(name),
    );
    count += 1;
    if (count === 1) first = shown;
    else {
      if (count === 2 && first !== undefined) yield first;
      yield shown;
    }
  }
  if (count === 1 && first !== undefined) yield first.toSorted(byName);
}

function byName(one: Seen, other: Seen): number {
  return one.name < other.name ? -1 : 1;
}
