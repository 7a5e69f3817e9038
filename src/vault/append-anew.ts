import type { Entry } from '../storage/store.ts';
import { MiB } from '../base/size.ts';
import type { HomeParts } from './context.ts';
import { newUploadId } from './claim.ts';
import type { Hold } from './hold.ts';
import type { Origin } from './origin.ts';
import type { StagedUpload } from './staged-upload.ts';
import { statOrUndefined } from './target.ts';
import type { Writer } from './writer.ts';

/**
 * The file has changed since an append began: the same bytes go to the end of what is there now.
 * @returns the file, and the writer that has made it
 */
export async function appendAnew(
  parts: HomeParts,
  hold: Hold,
  staged: StagedUpload,
  evidence: string | undefined,
  begin: (hold: Hold) => Writer,
): Promise<{ readonly entry: Entry; readonly writer: Writer }> {
  const now = await statOrUndefined(parts, staged.path);
  const origin: Origin =
    now?.kind === 'file'
      ? { kind: 'version', entry: now, length: now.size, append: true }
      : { kind: 'fresh', append: true };
  const id = newUploadId(parts.presence);
  await using writer = begin({ ...hold, id, origin, declared: {} });
  const buffer = Buffer.allocUnsafe(MiB);
  for (let position = staged.start; position < staged.received;) {
    const wanted = buffer.subarray(0, Math.min(buffer.length, staged.received - position));
    const got = await staged.read(wanted, position);
    await writer.write([wanted.subarray(0, got)]);
    position += got;
  }
  const entry = await writer.complete(evidence);
  await staged.drop();
  return { entry, writer };
}
