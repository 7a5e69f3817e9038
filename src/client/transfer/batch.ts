import type { Path } from '../../base/path.ts';
import type { ConnectionPool } from '../pool.ts';
import { asTransferFailure } from '../retry.ts';
import type { TransferFailure, Trouble } from '../transfer-failure.ts';
import { download } from './download/download.ts';
import { Bundling } from './bundling.ts';
import type { DownloadOptions, TransferOptions, UploadOptions } from './options.ts';
import type { Outcome } from './outcome.ts';
import { Listings } from './listings.ts';
import { runSeveral } from './several.ts';
import { upload } from './upload/upload.ts';

/** One file of many. */
export type Item =
  | {
      readonly kind: 'download';
      readonly path: Path;
      /** The local path. */
      readonly target: string;
      readonly options?: DownloadOptions;
    }
  | {
      readonly kind: 'upload';
      /** The local path. */
      readonly source: string;
      readonly path: Path;
      readonly options?: UploadOptions;
    };

/** How one of them ended. */
export type BatchResult<I extends Item = Item> =
  | { readonly item: I; readonly outcome: Outcome }
  | { readonly item: I; readonly failure: TransferFailure };

export interface BatchOptions<I extends Item = Item> {
  /** Files at once; 1 unless said. More than the pool has connections wait for one. */
  readonly parallel?: number;
  /** For all that do not have a signal of their own. */
  readonly signal?: AbortSignal;
  /** Hears of each as it ends; must not throw. */
  readonly onEnd?: (result: BatchResult<I>) => void;
}

/** What fails for one fails for all: then no other is begun. */
const HOPELESS: ReadonlySet<Trouble> = new Set([
  'login-refused',
  'certificate-refused',
  'interrupted',
]);

/**
 * Transfers many files, some at once, over the pool's connections. One that fails does not stop the
 * others, unless they would fail alike.
 * @returns how each of them ended, in the order in which they were given
 */
export async function transferAll<I extends Item>(
  pool: ConnectionPool,
  items: Iterable<I>,
  options: BatchOptions<I> = {},
): Promise<readonly BatchResult<I>[]> {
  const { parallel = 1, signal, onEnd } = options;
  const results: BatchResult<I>[] = [];
  const bundling = new Bundling(pool, parallel);
  const listings = new Listings(pool);
  let hopeless: TransferFailure | undefined;

  async function run([index, item]: readonly [number, I], onReleased: () => void): Promise<void> {
    const options = { ...(signal && { signal }), bundling, listings, onReleased };
    const result = hopeless ? { item, failure: hopeless } : await transfer(pool, item, options);
    if ('failure' in result && HOPELESS.has(result.failure.code)) hopeless = result.failure;
    results[index] = result;
    onEnd?.(result);
  }

  await runSeveral([...items].entries(), parallel, run, () => false);
  return results;
}

async function transfer<I extends Item>(
  pool: ConnectionPool,
  item: I,
  forAll: TransferOptions,
): Promise<BatchResult<I>> {
  const options = { ...forAll, ...item.options };
  try {
    const outcome =
      item.kind === 'download'
        ? await download(pool, item.path, item.target, options)
        : await upload(pool, item.source, item.path, options);
    return { item, outcome };
  } catch (error) {
    return { item, failure: asTransferFailure(error) };
  }
}
