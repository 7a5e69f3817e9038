import { stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { Failure } from '../../base/failure.ts';
import { child, nameOf, parentOf, type Path } from '../../base/path.ts';
import { parseAddress } from '../../client/address/address.ts';
import { refusedThere } from '../../client/sync/names.ts';
import { walkLocal } from '../../client/sync/walk-local.ts';
import { below } from '../../client/sync/walk-remote.ts';
import { failedWith } from '../../client/local/os-path.ts';
import { asTransferFailure, throwIfInterrupted } from '../../client/retry.ts';
import { TransferFailure, troubled } from '../../client/transfer-failure.ts';
import { Listings } from '../../client/transfer/listings.ts';
import { SEGMENTED_FROM } from '../../client/transfer/options.ts';
import { upload } from '../../client/transfer/upload/upload.ts';
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
import { makeFolders } from './folders.ts';
import { statOf } from './glob.ts';
import { type Job, runJob } from './job.ts';
import { Omitted } from './omitted.ts';
import { Site } from './site.ts';
import { expandLocal } from './local-glob.ts';
import { summarize } from './summary.ts';

export interface PutFlags extends AllFlags {
  readonly recursive?: boolean;
  readonly parents?: boolean;
}

/** `carryon put` */
export function addPutCommand(program: Command): void {
  const command = program
    .command('put')
    .usage('[options] <source...> <url>')
    .argument('<source...>', 'files, folders (-r), or - for standard input; last, the URL where to')
    .option('-r, --recursive', 'folders with all that is in them')
    .option('-p, --parents', 'make the folders that are missing');
  withConnection(withTransfers(withOutput(withContinue(command)))).action(
    async (words: readonly string[], flags: PutFlags) => {
      const [sources, url] = [words.slice(0, -1), words.at(-1) ?? ''];
      if (sources.length === 0) throw new Failure('name-refused', 'put needs a file and a URL');
      const address = parseAddress(url);
      const { parallel = PARALLEL } = flags;
      await runJob(flags, { canResume: true }, async (job) => {
        await using site = await Site.open(address, flags, connectionsFor(flags), job);
        const put = new Put(site, flags, job);
        const names = await expandLocal(sources);
        const target = await put.target(
          names.length > 1,
          site.path(address.place),
          address.place.isFolder,
        );
        for (const source of names) await put.plan(source, target);
        await put.run(parallel);
      });
    },
  );
}

/** Where the sources go. */
export type Target =
  | { readonly kind: 'into'; readonly folder: Path }
  | { readonly kind: 'as'; readonly path: Path };

/** One command at work: first what it is to do is found out, then it is done. */
export class Put {
  readonly #site: Site;
  readonly #flags: PutFlags;
  readonly #job: Job;
  readonly #folders: Path[] = [];
  readonly #transfers: Transfer[] = [];
  readonly #omitted = new Omitted();
  readonly #listings: Listings;
  #isBatch = false;
  #skipped = 0;

  constructor(site: Site, flags: PutFlags, job: Job) {
    this.#site = site;
    this.#listings = new Listings(site.pool);
    this.#flags = flags;
    this.#job = job;
  }

  /** @throws TransferFailure `not-a-folder` if it has to be one and is not */
  async target(isMany: boolean, path: Path, isFolder: boolean): Promise<Target> {
    const there = await statOf(this.#site, path);
    if (there?.kind === 'folder') return { kind: 'into', folder: path };
    if (!isFolder && !isMany) {
      if (this.#flags.parents) this.#folders.push(parentOf(path));
      return { kind: 'as', path };
    }
    if (!there && this.#flags.parents) {
      this.#folders.push(path);
      return { kind: 'into', folder: path };
    }
    if (!there) throw this.#missing(path);
    throw new TransferFailure('not-a-folder', `${this.#site.url(path)} is not a folder`);
  }

  /** @param shown what the source is called for people */
  async plan(source: string, target: Target, shown = source): Promise<void> {
    if (source === '-') {
      if (target.kind === 'into') {
        throw new Failure('name-refused', 'Standard input has no name: the URL has to say one');
      }
      this.#add({
        source: standardInput(this.#job.signal),
        name: '-',
        size: undefined,
        path: target.path,
      });
      return;
    }
    const found = await statLocal(source);
    const name = basename(resolve(source));
    const refused = target.kind === 'into' ? refusedThere(name) : undefined;
    if (refused !== undefined) {
      this.#omitted.add(new Failure('name-refused', `${JSON.stringify(shown)}: ${refused}`));
      return;
    }
    const path = target.kind === 'as' ? target.path : child(target.folder, name);
    if (!found.isDirectory()) this.#add({ source, name: shown, size: found.size, path });
    else if (this.#flags.recursive) await this.#planFolder(source, path, shown);
    else {
      const reason = `${shown} is a folder; -r uploads it with all in it`;
      this.#omitted.add(new Failure('is-a-directory', reason));
    }
  }

  async run(parallel: number): Promise<void> {
    this.#omitted.tell(this.#transfers.length, this.#job);
    if (this.#flags.dryRun) {
      for (const { title } of this.#transfers) say(`${title.source} -> ${title.target}`);
      return;
    }
    this.#tellOfSegments();
    await makeFolders(this.#site, this.#folders, this.#job);
    const isBatch = this.#isBatch || this.#transfers.length > 1;
    const began = performance.now();
    const result = await runBatch(this.#transfers, this.#job, {
      parallel,
      keepsExisting: this.#flags.overwrite === 'skip',
    });
    if (isBatch || this.#job.isJson) {
      this.#job.progress.summarize(summarize(result, this.#skipped, performance.now() - began));
    }
    concludeBatch(result, isBatch);
    this.#omitted.conclude();
  }

  /** What was asked for and cannot be is said, and done in the usual way. */
  #tellOfSegments(): void {
    const { segments = 1, resume } = this.#flags;
    const isWanted = segments > 1 && this.#transfers.some(({ size = 0 }) => size >= SEGMENTED_FROM);
    if (!isWanted) return;
    if (!this.#site.facts.takesSegments) {
      this.#job.warn('this server takes no segments: each file goes over one connection');
    } else if (resume === 'never') {
      this.#job.warn('with --resume never each file goes over one connection');
    }
  }

  async #planFolder(source: string, path: Path, shown: string): Promise<void> {
    const { signal, warn } = this.#job;
    this.#isBatch = true;
    const tree = await walkLocal(source, () => true, signal);
    this.#folders.push(path);
    for (const { path: skipped, reason, isExpected } of tree.skipped) {
      warn(`${join(source, skipped)} is left out: ${reason}`);
      if (!isExpected) this.#skipped += 1;
    }
    for (const [inside, { kind, size }] of tree.entries) {
      const reason = refusedThere(inside.slice(inside.lastIndexOf('/') + 1));
      if (reason !== undefined) {
        warn(`${join(source, inside)} is left out: ${reason}`);
        this.#skipped += 1;
      } else if (kind === 'folder') this.#folders.push(below(path, inside));
      else if (kind === 'file') {
        const name = join(shown, inside);
        this.#add({ source: join(source, inside), name, size, path: below(path, inside) });
      }
    }
  }

  #add(file: {
    readonly source: string | AsyncIterable<Uint8Array>;
    readonly name: string;
    readonly size: number | undefined;
    readonly path: Path;
  }): void {
    const { source, name, size, path } = file;
    this.#transfers.push({
      title: {
        name: name === '-' ? nameOf(path) : name,
        direction: 'upload',
        source: name,
        target: this.#site.url(path),
      },
      size,
      run: async (hear) => {
        try {
          return await upload(this.#site.pool, source, path, {
            ...engineOptions(this.#flags, this.#job.signal, hear),
            ...(this.#isBatch && { bundling: this.#site.bundling, listings: this.#listings }),
          });
        } catch (error) {
          // Of what is sent only the folder can be missing there.
          throw troubled(error, 'not-found') ? this.#missing(parentOf(path), error) : error;
        }
      },
    });
  }

  #missing(folder: Path, cause?: unknown): TransferFailure {
    const sentence = `${this.#site.url(folder)} does not exist; --parents makes it`;
    return new TransferFailure('not-a-folder', sentence, { cause });
  }
}

function stopInput(): void {
  process.stdin.destroy();
}

/** What comes on standard input; whoever waits for it can be stopped. */
async function* standardInput(signal: AbortSignal): AsyncGenerator<Uint8Array> {
  signal.addEventListener('abort', stopInput);
  try {
    yield* process.stdin as AsyncIterable<Uint8Array>;
  } finally {
    signal.removeEventListener('abort', stopInput);
  }
  throwIfInterrupted(signal);
}

async function statLocal(source: string) {
  try {
    return await stat(source);
  } catch (error) {
    if (!failedWith(error, 'ENOENT')) throw asTransferFailure(error);
    throw new TransferFailure('local-failed', `There is no file ${source} here`, { cause: error });
  }
}
