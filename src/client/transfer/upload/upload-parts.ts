import type { Path } from '../../../base/path.ts';
import type { ConnectionPool } from '../../pool.ts';
import type { Settled, UploadOptions } from '../options.ts';
import type { Progress } from '../progress.ts';
import type { UploadSource } from './source.ts';

/** What one upload is about. */
export interface UploadParts {
  readonly pool: ConnectionPool;
  readonly source: UploadSource;
  readonly path: Path;
  readonly options: Settled<UploadOptions>;
  readonly progress: Progress;
}
