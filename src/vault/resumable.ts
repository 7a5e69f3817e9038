import type { Path } from '../base/path.ts';
import type { HomeParts } from './context.ts';
import type { UploadRecord } from './upload-records.ts';

/** The newest upload to this name that can be continued: its bytes are where its record says. */
export async function resumable(parts: HomeParts, path: Path): Promise<UploadRecord | undefined> {
  const record = await parts.records.unfinished(parts.homeId, path);
  return record && ((await hasItsBytes(parts, record)) ? record : undefined);
}

/**
 * False if somebody has taken the staged file away. Its record is kept until it expires: a disk
 * that is away for a while brings the file back.
 */
export async function hasItsBytes(parts: HomeParts, record: UploadRecord): Promise<boolean> {
  if (record.offset === 0) return true;
  const size = await parts.tree.stagedSize(record.id);
  if (size !== undefined && size >= record.offset) return true;
  parts.log.warn('The bytes of an upload are not there', { upload: record.id });
  return false;
}
