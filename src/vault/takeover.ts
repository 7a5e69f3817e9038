import { Failure } from '../base/failure.ts';
import { takenOver } from './claim.ts';
import type { HomeParts, VaultParts } from './context.ts';
import { takeOverSegments } from './segments/take-over-segments.ts';
import { processOf } from './presence.ts';

/** How long a newer session waits for an older one in another process, and how often it looks. */
const PATIENCE_MS = 10_000;
const LOOK_EVERY_MS = 20;

/**
 * Makes whoever writes this upload let go of it, with everything it has received made durable.
 * Resolves at once if nobody does.
 * @throws Failure `locked` if another process does not let go
 */
export async function takeOver(parts: HomeParts, id: string): Promise<void> {
  await takeOverSegments(parts, id);
  await parts.writers.find(id)?.fence(takenOver());
  const began = parts.clock.monotonic();
  for (;;) {
    const holder = await holderNow(parts, id);
    if (holder === null) return;
    const waited = parts.clock.monotonic() - began;
    await urge(parts, id, holder);
    if (waited > PATIENCE_MS) {
      throw new Failure('locked', 'Another session does not let go of this upload');
    }
    await parts.clock.sleep(LOOK_EVERY_MS);
  }
}

/** Does what makes this holder let go. */
async function urge(parts: HomeParts, id: string, holder: string): Promise<void> {
  const process = processOf(holder);
  if (process !== parts.presence.self) {
    if (parts.presence.isAlive(process)) await ask(parts, id);
    else await parts.mend(process);
    return;
  }
  const writer = parts.writers.find(id);
  if (writer) await writer.fence(takenOver());
  // It has let go in here, and the record could not be told at that time.
  else if (parts.leftovers.hasUpload(id)) await parts.mend(process);
}

/** Lets go of the uploads of this process that other processes have asked for. */
export async function letGoOfWanted(parts: VaultParts): Promise<void> {
  if (parts.writers.count === 0) return;
  const wanted = await parts.database.query
    .selectFrom('uploads')
    .select('id')
    .where('holder', 'is not', null)
    .where('wanted', '=', 1)
    .execute();
  const segments = await parts.segments.wanted();
  const writers = [
    ...wanted.flatMap(({ id }) => parts.writers.find(id) ?? []),
    ...segments.flatMap((id) => parts.writers.segment(id) ?? []),
  ];
  await Promise.all(writers.map((writer) => writer.fence(takenOver())));
}

async function holderNow(parts: HomeParts, id: string): Promise<string | null> {
  const row = await parts.database.query
    .selectFrom('uploads')
    .select('holder')
    .where('id', '=', id)
    .executeTakeFirst();
  return row?.holder ?? null;
}

async function ask(parts: HomeParts, id: string): Promise<void> {
  await parts.database.write((write) =>
    write.updateTable('uploads').set({ wanted: 1 }).where('id', '=', id).execute(),
  );
}
