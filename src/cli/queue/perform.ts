import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Failure } from '../../base/failure.ts';
import { parentOf } from '../../base/path.ts';
import { parseAddress } from '../../client/address/address.ts';
import { osPath } from '../../client/local/os-path.ts';
import type { Item } from '../../client/queue/item.ts';
import { asTransferFailure } from '../../client/retry.ts';
import { TransferFailure } from '../../client/transfer-failure.ts';
import { download } from '../../client/transfer/download/download.ts';
import type { Outcome, TransferListener } from '../../client/transfer/outcome.ts';
import { upload } from '../../client/transfer/upload/upload.ts';
import { engineOptions } from '../transfer/engine-options.ts';
import { type AllFlags, connectionsFor } from '../transfer/flags.ts';
import { makeFolders } from '../transfer/folders.ts';
import type { Job } from '../transfer/job.ts';
import { Sites } from '../transfer/sites.ts';

/** Carries out items of the queue, with one login to each server for all that use it alike. */
export class Performer implements AsyncDisposable {
  readonly #sites = new Map<string, Sites>();
  readonly #parallel: number;
  readonly #job: Job;

  constructor(parallel: number, job: Job) {
    this.#parallel = parallel;
    this.#job = job;
  }

  /** Transfers one item, with a line of progress. @throws TransferFailure */
  async perform(item: Item): Promise<Outcome> {
    const { direction, local, url } = item;
    const [source, target] = direction === 'upload' ? [local, url] : [url, local];
    const name = `${item.id} ${local.slice(local.lastIndexOf('/') + 1)}`;
    const track = this.#job.progress.begin({ name, direction, source, target });
    try {
      const outcome = await this.#transfer(item, track.listen);
      track.end({ kind: 'done', outcome });
      return outcome;
    } catch (error) {
      const failure = asFailure(error);
      track.end({ kind: 'failed', failure });
      throw failure;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const sites of this.#sites.values()) await sites[Symbol.asyncDispose]();
  }

  async #transfer(item: Item, listener: TransferListener): Promise<Outcome> {
    const flags = item.how as AllFlags;
    const address = parseAddress(item.url);
    const site = await this.#sitesFor(flags).of(address);
    const path = site.path(address.place);
    const options = engineOptions(flags, this.#job.signal, { listener });
    if (item.direction === 'upload') {
      await makeFolders(site, [parentOf(path)], this.#job);
      return upload(site.pool, item.local, path, options);
    }
    await mkdir(osPath(dirname(item.local)), { recursive: true });
    return download(site.pool, path, item.local, options);
  }

  #sitesFor(flags: AllFlags): Sites {
    const key = JSON.stringify(flags);
    const sites =
      this.#sites.get(key) ??
      new Sites(flags, connectionsFor({ ...flags, parallel: this.#parallel }), this.#job);
    this.#sites.set(key, sites);
    return sites;
  }
}

function asFailure(error: unknown): TransferFailure {
  if (!(error instanceof Failure)) return asTransferFailure(error);
  return new TransferFailure('refused', error.message, { cause: error });
}
