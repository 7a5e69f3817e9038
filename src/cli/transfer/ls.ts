import type { Command } from 'commander';
import { encodeName } from '../../base/name.ts';
import { child, type Path } from '../../base/path.ts';
import { parseAddress } from '../../client/address/address.ts';
import type { RemoteEntry } from '../../client/remote.ts';
import { printable } from '../../telemetry/printable.ts';
import { columns, formatTime, say } from '../output.ts';
import { sizeText } from '../progress/text.ts';
import { type ConnectionFlags, type OutputFlags, withConnection } from './flags.ts';
import { find } from './glob.ts';
import { runJob } from './job.ts';
import type { Site } from './site.ts';
import { Sites } from './sites.ts';

interface LsFlags extends ConnectionFlags, OutputFlags {
  readonly long?: boolean;
  readonly all?: boolean;
}

/** `carryon ls` */
export function addLsCommand(program: Command): void {
  const command = program
    .command('ls')
    .argument('<url...>', 'folders, files or patterns')
    .option('-l, --long', 'with size and time')
    .option('-a, --all', 'also names that begin with a dot')
    .option('--json', 'for machines: one line of JSON for each entry')
    .option(
      '-v, --verbose',
      'twice: all that is said to the server',
      (_, before: number) => before + 1,
      0,
    );
  withConnection(command).action(async (urls: readonly string[], flags: LsFlags) => {
    await runJob({ ...flags, json: false, progress: false }, {}, async (job) => {
      await using sites = new Sites(flags, 1, job);
      for (const [index, url] of urls.entries()) {
        const address = parseAddress(url);
        const site = await sites.of(address);
        const found = await find(site, address.place);
        if (urls.length > 1 && !flags.json) {
          const [first] = found;
          say(...(index > 0 ? [''] : []), `${site.url(first?.path ?? site.path(address.place))}:`);
        }
        show(await listed(site, found, flags), flags);
      }
    });
  });
}

/** What a listing shows of one thing. */
export interface Listed {
  readonly path: Path;
  readonly entry: RemoteEntry;
}

/** What is in the one folder that was found, else all that was found. */
export async function listed(
  site: Site,
  found: readonly Listed[],
  { all = false }: LsFlags,
): Promise<readonly Listed[]> {
  const [only] = found;
  if (!only || found.length > 1 || only.entry.kind !== 'folder') return found;
  const entries = await site.ask((connection, signal) => connection.list(only.path, signal));
  return entries
    .filter(({ name }) => all || !name.startsWith('.'))
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
    .map((entry) => ({ path: child(only.path, entry.name), entry }));
}

/** Writes a listing to standard output, in the form that the flags ask for. */
export function show(listed: readonly Listed[], flags: LsFlags): void {
  if (flags.json) {
    say(...listed.map(({ path, entry }) => JSON.stringify({ path, ...viewOf(entry) })));
  } else if (flags.long) say(...longLines(listed.map(({ entry }) => entry)));
  else for (const { entry } of listed) process.stdout.write(nameBytes(entry));
}

/** Columns of kind, size, time and name. */
function longLines(entries: readonly RemoteEntry[]): string[] {
  const rows = entries.map((entry) => [
    entry.kind === 'folder' ? 'd' : entry.kind === 'file' ? '-' : '?',
    (entry.size === undefined || entry.kind === 'folder' ? '-' : sizeText(entry.size)).padStart(8),
    formatTime(entry.modified, '-'),
    printable(entry.name) +
      (entry.kind === 'folder' ? '/' : '') +
      (entry.isUnfinished ? '  (unfinished)' : ''),
  ]);
  return columns(rows);
}

function viewOf(entry: RemoteEntry) {
  const { name, kind, size, modified, isUnfinished, identity } = entry;
  return {
    name,
    kind,
    size: size ?? null,
    modified: modified === undefined ? null : new Date(modified).toISOString(),
    unfinished: isUnfinished,
    identity: identity ?? null,
  };
}

/** At a terminal nothing may steer it; a program gets the bytes of the name, as they are. */
function nameBytes({ name, kind }: RemoteEntry): Buffer {
  const mark = kind === 'folder' ? '/' : '';
  return encodeName(`${process.stdout.isTTY ? printable(name) : name}${mark}\n`);
}
