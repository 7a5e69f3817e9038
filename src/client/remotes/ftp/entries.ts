import { nameOf, type Path } from '../../../base/path.ts';
import type { FactLine } from '../../../wire/ftp/facts.ts';
import type { ListedEntry } from '../../../wire/ftp/parse-listing.ts';
import { parseOffset } from '../../../wire/ftp/sizes.ts';
import { parseTimeValue } from '../../../wire/ftp/time.ts';
import type { RemoteEntry } from '../../remote.ts';

/** The values of the fact `type` (RFC 3659 §7.5.1) that are of use; all others are neither. */
const KINDS: Readonly<Record<string, RemoteEntry['kind']>> = {
  file: 'file',
  dir: 'folder',
  cdir: 'folder',
  pdir: 'folder',
};

/** What MLST or MLSD has told, under a name that somebody has made sure of. */
export function entryOfFacts({ facts }: FactLine, name: string): RemoteEntry {
  const type = facts.get('type')?.toLowerCase();
  const size = parseOffset(facts.get('size') ?? '');
  const modify = facts.get('modify');
  const unique = facts.get('unique');
  const kind = type === undefined ? 'file' : Object.hasOwn(KINDS, type) ? KINDS[type] : 'other';
  return {
    name,
    kind: kind ?? 'other',
    size: kind === 'file' ? size : undefined,
    modified: modify === undefined ? undefined : parseTimeValue(modify),
    isUnfinished: facts.get('x.partial') === '1',
    // `unique` names the thing, and the others its version.
    identity: unique === undefined ? undefined : `${unique};${modify ?? ''};${size ?? ''}`,
  };
}

/** What LIST has told. */
export function entryOfListing({ name, kind, size, modified }: ListedEntry): RemoteEntry {
  return {
    ...UNKNOWN,
    name,
    kind: kind === 'link' ? 'other' : kind,
    size,
    modified,
  };
}

/** What was found out by asking for each thing by itself. */
export function entryOfAnswers(
  path: Path,
  kind: RemoteEntry['kind'],
  size: number | undefined,
  modified: number | undefined,
): RemoteEntry {
  return { ...UNKNOWN, name: nameOf(path), kind, size, modified };
}

const UNKNOWN = { isUnfinished: false, identity: undefined } as const;
