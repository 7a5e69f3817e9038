import { mkdir, stat } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { Command } from 'commander';
import { Failure } from '../../base/failure.ts';
import { nameOf, type Path } from '../../base/path.ts';
import { isAddress, parseAddress } from '../../client/address/address.ts';
import { osPath } from '../../client/local/os-path.ts';
import { PublishGroup } from '../../client/local/publish-group.ts';
import { asTransferFailure } from '../../client/retry.ts';
import { refusedHere } from '../../client/sync/names.ts';
import { below, walkRemote } from '../../client/sync/walk-remote.ts';
import { TransferFailure } from '../../client/transfer-failure.ts';
import { download } from '../../client/transfer/download/download.ts';
import type { DownloadOptions } from '../../client/transfer/options.ts';
import { say } from '../output.ts';
import { concludeBatch, runBatch, type Transfer } from './batch.ts';
import { engineOptions } from './engine-options.ts';
import {
  type AllFlags,
  connectionsFor,
  PARALLEL,
  withConnection,
  withContinue,
  withOutput,
  withTransfers,
} from './flags.ts';
import { find, type Found } from './glob.ts';
import { type Job, runJob } from './job.ts';
import { Omitted } from './omitted.ts';
import type { Site } from './site.ts';
import { Sites } from './sites.ts';
import { stdoutSink } from './stdout-sink.ts';
import { summarize } from './summary.ts';

/** What a listing has just told of a file. */
type Listed = NonNullable<DownloadOptions['listed']>;

export interface GetFlags extends AllFlags {
  readonly recursive?: boolean;
  readonly output?: string;
}

/** `carryon get` */
export function addGetCommand(program: Command): void {
  const command = program
    .command('get')
    .usage('[options] <url...> [target]')
    .argument(
      '<url...>',
      'files, patterns or folders (-r); last, where to, if not into this folder',
    )
    .option('-o, --output <file>', 'where to: a folder, a file, or - for standard output')
    .option('-r, --recursive', 'folders with all that is in them');
  withConnection(withTransfers(withOutput(withContinue(command)))).action(
    async (words: readonly string[], flags: GetFlags) => {
      const { urls, target } = split(words, flags.output);
      const isStdoutTaken = target === '-';
      const { parallel = PARALLEL } = flags;
      await runJob(flags, { canResume: !isStdoutTaken, isStdoutTaken }, async (job) => {
        await using sites = new Sites(flags, connectionsFor(flags), job);
        const get = new Get(flags, job);
        for (const url of urls) {
          const address = parseAddress(url);
          const site = await sites.of(address);
          get.found.push(...(await find(site, address.place)).map((one) => ({ site, ...one })));
        }
        await get.plan(target);
        await get.run(parallel);
      });
    },
  );
}

/** A last word that is no URL is where to, as for `cp`. */
function split(words: readonly string[], output: string | undefined) {
  const last = words.at(-1) ?? '';
  const isTarget = words.length > 1 && !isAddress(last);
  if (isTarget && output !== undefined) {
    throw new Failure('name-refused', `Where to: ${output}, or ${last}?`);
  }
  return {
    urls: isTarget ? words.slice(0, -1) : words,
    target: (isTarget ? last : output) ?? '.',
  };
}

/** One command at work: first what it is to do is found out, then it is done. */
export class Get {
  readonly found: (Found & { readonly site: Site })[] = [];
  readonly #flags: GetFlags;
  readonly #job: Job;
  readonly #folders = new Set<string>();
  readonly #transfers: Transfer[] = [];
  readonly #omitted = new Omitted();
  readonly #group = new PublishGroup();
  #isBatch = false;
  #skipped = 0;

  constructor(flags: GetFlags, job: Job) {
    this.#flags = flags;
    this.#job = job;
  }

  async plan(target: string): Promise<void> {
    this.#isBatch = this.found.length > 1;
    if (target === '-') {
      for (const { site, path, entry } of this.found) this.#toStdout(site, path, entry.size);
      return;
    }
    const isInto = (await isFolder(target)) || /[/\\]$/.test(target);
    if (this.#isBatch && !isInto) {
      throw new TransferFailure(
        'not-a-folder',
        `${target} is no folder here, and there is more than one file; ${target}/ makes it one`,
      );
    }
    if (isInto) this.#folders.add(target);
    else if (!(await isFolder(dirname(target)))) {
      throw new TransferFailure('not-a-folder', `There is no folder ${dirname(target)} here`);
    }
    for (const { site, path, entry } of this.found) {
      // The root has no name: what is in it goes right there.
      const local = isInto && path !== '/' ? join(target, this.#named(nameOf(path))) : target;
      if (entry.kind !== 'folder') this.#add(site, path, entry, local);
      else if (this.#flags.recursive) await this.#planFolder(site, path, local);
      else {
        const reason = `${site.url(path)} is a folder; -r downloads it with all in it`;
        this.#omitted.add(new Failure('is-a-directory', reason));
      }
    }
  }

  async run(parallel: number): Promise<void> {
    this.#omitted.tell(this.#transfers.length, this.#job);
    if (this.#flags.dryRun) {
      for (const { title } of this.#transfers) say(`${title.source} -> ${title.target}`);
      return;
    }
    await this.#makeFolders();
    const began = performance.now();
    const result = await runBatch(this.#transfers, this.#job, {
      // What goes to standard output has an order.
      parallel: this.#flags.output === '-' ? 1 : parallel,
      keepsExisting: this.#flags.overwrite === 'skip',
    });
    if (this.#isBatch || this.#job.isJson) {
      this.#job.progress.summarize(summarize(result, this.#skipped, performance.now() - began));
    }
    concludeBatch(result, this.#isBatch);
    this.#omitted.conclude();
  }

  async #planFolder(site: Site, path: Path, local: string): Promise<void> {
    const { signal, warn } = this.#job;
    this.#isBatch = true;
    const { parallel = PARALLEL } = this.#flags;
    const tree = await walkRemote(site.pool, path, () => true, parallel, signal);
    this.#folders.add(local);
    for (const { path: skipped, reason, isExpected } of tree.skipped) {
      warn(`${site.url(below(path, skipped))} is left out: ${reason}`);
      if (!isExpected) this.#skipped += 1;
    }
    for (const [inside, entry] of tree.entries) {
      const reason = inside
        .split('/')
        .map((name) => refusedHere(name))
        .find(Boolean);
      if (reason !== undefined) {
        warn(`${site.url(below(path, inside))} is left out: ${reason}`);
        this.#skipped += 1;
      } else if (entry.kind === 'folder') this.#folders.add(join(local, inside));
      else if (entry.kind === 'file') {
        this.#add(site, below(path, inside), entry, join(local, inside));
      }
    }
  }

  async #makeFolders(): Promise<void> {
    try {
      for (const folder of this.#folders) await mkdir(osPath(folder), { recursive: true });
    } catch (error) {
      throw asTransferFailure(error);
    }
  }

  #named(name: string): string {
    const reason = refusedHere(name);
    if (reason !== undefined) throw new Failure('name-refused', `${name}: ${reason}`);
    return name;
  }

  #toStdout(site: Site, path: Path, size: number | undefined): void {
    const sink = stdoutSink();
    this.#transfers.push({
      title: { name: nameOf(path), direction: 'download', source: site.url(path), target: '-' },
      size,
      run: (hear) =>
        download(site.pool, path, sink, engineOptions(this.#flags, this.#job.signal, hear)),
    });
  }

  #add(site: Site, path: Path, listed: Listed, local: string): void {
    this.#transfers.push({
      title: {
        name: shortest(local),
        direction: 'download',
        source: site.url(path),
        target: local,
      },
      size: listed.size,
      run: (hear) =>
        download(site.pool, path, local, {
          ...engineOptions(this.#flags, this.#job.signal, hear),
          listed,
          group: this.#group,
          bundling: site.bundling,
        }),
    });
  }
}

/** As it is called from here, if that is shorter. */
function shortest(path: string): string {
  const short = relative('', path);
  return short.length < path.length ? short : path;
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}
