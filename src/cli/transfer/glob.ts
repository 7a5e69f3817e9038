import { child, parsePath, ROOT, type Path } from '../../base/path.ts';
import type { Place } from '../../client/address/address.ts';
import type { RemoteEntry } from '../../client/remote.ts';
import { TransferFailure } from '../../client/transfer-failure.ts';
import type { Site } from './site.ts';

/** Something on the server that a command is about. */
export interface Found {
  readonly path: Path;
  readonly entry: RemoteEntry;
}

/** The root has no entry anywhere. */
const ROOT_ENTRY: RemoteEntry = {
  name: '',
  kind: 'folder',
  size: undefined,
  modified: undefined,
  isUnfinished: false,
  identity: undefined,
};

/**
 * What a URL means: the one thing that has this name, else all that fit it as a pattern.
 * @throws TransferFailure `not-found`
 */
export async function find(site: Site, place: Place): Promise<readonly Found[]> {
  const path = site.path({ ...place, pattern: undefined });
  const entry = await statOf(site, path);
  if (entry) return [{ path, entry }];
  const found = place.pattern === undefined ? [] : await matches(site, place.pattern);
  if (found.length > 0) return found;
  throw new TransferFailure('not-found', `There is nothing at ${site.url(path)}`);
}

/** The entry of a path; the root is always a folder. Undefined if there is nothing. */
export async function statOf(site: Site, path: Path): Promise<RemoteEntry | undefined> {
  if (path === ROOT) return ROOT_ENTRY;
  return site.ask((connection, signal) => connection.stat(path, signal));
}

/** Segment by segment, as a shell does: a name that begins with a dot has to be asked for. */
async function matches(site: Site, pattern: string): Promise<readonly Found[]> {
  const segments = pattern.split('/').filter((segment) => segment !== '' && segment !== '.');
  const start = site.path({
    path: pattern.startsWith('/') ? '/' : '',
    pattern: undefined,
    isFolder: true,
  });
  let found: readonly Found[] = [{ path: start, entry: ROOT_ENTRY }];
  for (const segment of segments) {
    const folders = found.filter(({ entry }) => entry.kind === 'folder');
    const next = await Promise.all(folders.map(({ path }) => within(site, path, segment)));
    found = next.flat();
  }
  return found;
}

async function within(site: Site, folder: Path, segment: string): Promise<readonly Found[]> {
  if (segment === '..') return [{ path: parsePath('..', folder), entry: ROOT_ENTRY }];
  if (!/[*?[]/.test(segment.replaceAll(/\\./g, ''))) {
    const path = child(folder, segment.replaceAll(/\\(.)/g, '$1'));
    const entry = await statOf(site, path);
    return entry ? [{ path, entry }] : [];
  }
  const { default: picomatch } = await import('picomatch');
  const fits = picomatch(segment, { nonegate: true });
  const entries = await site.ask((connection, signal) => connection.list(folder, signal));
  return entries
    .filter(({ name }) => fits(name))
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
    .map((entry) => ({ path: child(folder, entry.name), entry }));
}
