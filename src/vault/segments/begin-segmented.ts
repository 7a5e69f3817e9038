import type { Path } from '../../base/path.ts';
import type { Entry } from '../../storage/store.ts';
import type { Promised } from '../by-content.ts';
import { newUploadId } from '../claim.ts';
import type { HomeParts } from '../context.ts';
import { checkBeginning } from '../ledger.ts';
import { holderOf } from '../presence.ts';
import { beginStaging } from '../staging.ts';

interface Beginning {
  readonly path: Path;
  readonly declared: Promised;
  readonly mode: number | undefined;
  readonly session: string;
  readonly committed: Entry | undefined;
}

/**
 * Makes the record and the staged file of an upload that comes in segments; room for it is reserved
 * when the first of them comes.
 * @returns its id @throws Failure `quota-exceeded` if it can never fit
 */
export async function beginSegmented(
  parts: HomeParts,
  { path, declared, mode, session, committed }: Beginning,
): Promise<string> {
  const { ledger, presence, records, chronicle, clock, homeId } = parts;
  const newFiles = committed ? 0 : 1;
  checkBeginning(await ledger.usage(homeId), 0, declared, newFiles);
  const id = newUploadId(presence);
  const holder = holderOf(presence, session);
  const origin = { kind: 'fresh', append: false } as const;
  const wanted = { id, path, origin, declared, mode, holder, newFiles } as const;
  const { claim, file } = await beginStaging(parts, wanted);
  await file[Symbol.asyncDispose]();
  const event = { homeId, uploadId: id, path, kind: 'started' } as const;
  await records.release(claim, 'It waits for its segments', (write) =>
    chronicle.note(write, event, clock.now()),
  );
  chronicle.tell(event);
  return id;
}
