import type { Path } from '../../../base/path.ts';
import type { Seen, Session } from '../../../session/session.ts';
import type { Soon } from '../../../storage/store.ts';
import type { Outcome } from '../visit.ts';

/**
 * Goes on with what has this name: in the same turn where that can be told at once, so that many
 * commands that came together are answered together.
 * @throws Failure as Session.stat does, now or later
 */
export function look(
  session: Session,
  path: Path,
  tell: (seen: Seen) => Soon<Outcome>,
): Soon<Outcome> {
  const seen = session.glance(path);
  return seen ? tell(seen) : session.stat(path).then(tell);
}
