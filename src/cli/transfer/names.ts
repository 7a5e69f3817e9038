import type { Command } from 'commander';
import { Failure } from '../../base/failure.ts';
import { child, parentOf, type Path } from '../../base/path.ts';
import { isAddress, parseAddress } from '../../client/address/address.ts';
import { below, walkRemote } from '../../client/sync/walk-remote.ts';
import { inOrder } from '../../client/sync/tree.ts';
import { TransferFailure } from '../../client/transfer-failure.ts';
import { Ended, EXIT, verdictOn } from '../exit-codes.ts';
import { say } from '../output.ts';
import { type ConnectionFlags, type OutputFlags, PARALLEL, withConnection } from './flags.ts';
import { makeFolders } from './folders.ts';
import { find, type Found, statOf } from './glob.ts';
import { type Job, runJob } from './job.ts';
import type { Site } from './site.ts';
import { Sites } from './sites.ts';

interface NameFlags extends ConnectionFlags, OutputFlags {
  readonly parents?: boolean;
  readonly recursive?: boolean;
  readonly dryRun?: boolean;
}

type RemoveFlags = Pick<NameFlags, 'recursive' | 'dryRun'>;

/** What a word does with one of its URLs. */
type Deed = (url: string, flags: NameFlags, sites: Sites, job: Job) => Promise<void>;

interface Word {
  readonly usage: string;
  readonly options: readonly (readonly [flags: string, about: string])[];
  readonly deed: Deed;
}

const DRY: readonly [string, string] = ['-n, --dry-run', 'only say what would be done'];

/** The words that change names on the server and move no bytes. */
const WORDS: Readonly<Record<string, Word>> = {
  mkdir: {
    usage: '<url...>',
    options: [['-p, --parents', 'also those above them; fine if they are there']],
    deed: makeFolder,
  },
  rmdir: {
    usage: '<url...>',
    options: [],
    deed: removeFolder,
  },
  rm: {
    usage: '<url...>',
    options: [['-r, --recursive', 'folders with all that is in them'], DRY],
    deed: remove,
  },
};

/** `carryon mkdir`, `rmdir`, `rm` and `mv` */
export function addNameCommands(program: Command): void {
  for (const [name, { usage, options, deed }] of Object.entries(WORDS)) {
    const command = withVerbose(program.command(`${name} ${usage}`));
    for (const [flags, what] of options) command.option(flags, what);
    withConnection(command).action((urls: readonly string[], flags: NameFlags) =>
      work(flags, async (sites, job) => {
        // One that fails does not keep the others from being done.
        const failures: unknown[] = [];
        for (const url of urls) {
          await deed(url, flags, sites, job).catch((error: unknown) => {
            if (urls.length === 1 || job.signal.aborted) throw error;
            failures.push(error);
          });
        }
        if (failures.length === 0) return;
        throw new Ended(
          EXIT.someFailed,
          failures.flatMap((error) => verdictOn(error).lines),
        );
      }),
    );
  }
  const mv = program.command('mv <from> <to>');
  withConnection(withVerbose(mv)).action((from: string, to: string, flags: NameFlags) =>
    work(flags, (sites) => move(from, to, sites)),
  );
}

function withVerbose(command: Command): Command {
  return command.option(
    '-v, --verbose',
    'say what is done; twice: all that is said to the server',
    (_, before: number) => before + 1,
    0,
  );
}

function work(flags: NameFlags, run: (sites: Sites, job: Job) => Promise<void>): Promise<void> {
  return runJob({ ...flags, progress: false }, {}, async (job) => {
    await using sites = new Sites(flags, PARALLEL, job);
    await run(sites, job);
  });
}

async function makeFolder(url: string, flags: NameFlags, sites: Sites, job: Job): Promise<void> {
  const { place, ...address } = parseAddress(url);
  const site = await sites.of({ ...address, place });
  const path = site.path(place);
  if (flags.parents) await makeFolders(site, [path], job);
  else await site.ask((connection, signal) => connection.makeFolder(path, signal));
}

async function removeFolder(url: string, _flags: NameFlags, sites: Sites): Promise<void> {
  const address = parseAddress(url);
  const site = await sites.of(address);
  for (const { path } of await find(site, address.place)) {
    await site.ask((connection, signal) => connection.removeFolder(path, signal));
  }
}

async function remove(url: string, flags: NameFlags, sites: Sites, job: Job): Promise<void> {
  const address = parseAddress(url);
  const site = await sites.of(address);
  await removeFound(site, await find(site, address.place), flags, job);
}

/** Removes these files, and folders if that was asked for. @throws Failure, TransferFailure */
export async function removeFound(
  site: Site,
  found: readonly Found[],
  flags: RemoveFlags,
  job: Job,
): Promise<void> {
  for (const { path, entry } of found) {
    if (entry.kind !== 'folder') await removeFile(site, path, flags, job);
    else if (flags.recursive) await removeTree(site, path, flags, job);
    else {
      throw new Failure(
        'is-a-directory',
        `${site.url(path)} is a folder; -r removes it with all in it`,
      );
    }
  }
}

async function removeFile(site: Site, path: Path, flags: RemoveFlags, job: Job): Promise<void> {
  if (flags.dryRun) return say(`rm ${site.url(path)}`);
  await site.ask((connection, signal) => connection.remove(path, signal));
  if (job.verbosity > 0) job.progress.note(`removed ${site.url(path)}`);
}

/** The inside before the outside, over several connections where there is much of it. */
async function removeTree(site: Site, top: Path, flags: RemoveFlags, job: Job): Promise<void> {
  const { entries, skipped } = await walkRemote(site.pool, top, () => true, PARALLEL, job.signal);
  const blind = skipped.find(({ isExpected }) => !isExpected);
  if (blind)
    throw new TransferFailure('refused', `${site.url(below(top, blind.path))}: ${blind.reason}`);
  const files = [...entries].filter(([, { kind }]) => kind !== 'folder').map(([path]) => path);
  const waiting = files.values();
  const clear = async () => {
    for (const path of waiting) await removeFile(site, below(top, path), flags, job);
  };
  await Promise.all(Array.from({ length: Math.min(PARALLEL, files.length) }, clear));
  const folders = [...entries].filter(([, { kind }]) => kind === 'folder').map(([path]) => path);
  for (const path of ['', ...inOrder(folders)].toReversed()) {
    const folder = below(top, path);
    if (flags.dryRun) say(`rmdir ${site.url(folder)}`);
    else await site.ask((connection, signal) => connection.removeFolder(folder, signal));
  }
}

async function move(from: string, to: string, sites: Sites): Promise<void> {
  const address = parseAddress(from);
  const site = await sites.of(address);
  const source = site.path(address.place);
  const target = await targetOf(to, source, site);
  await site.ask((connection, signal) => connection.move(source, target, signal));
}

async function targetOf(to: string, source: Path, site: Site): Promise<Path> {
  if (!isAddress(to)) {
    if (to === '' || to === '.' || to === '..' || /[/\0\r\n]/.test(to)) {
      throw new Failure('name-refused', `"${to}" is no name; to move it elsewhere, give a URL`);
    }
    return child(parentOf(source), to);
  }
  const { host, port, place } = parseAddress(to);
  if (host !== site.address.host || port !== site.address.port) {
    throw new Failure('name-refused', 'Both have to be on the same server');
  }
  const path = site.path(place);
  const isInto = place.isFolder || (await statOf(site, path))?.kind === 'folder';
  return isInto ? child(path, source.slice(source.lastIndexOf('/') + 1)) : path;
}
