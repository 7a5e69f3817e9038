import type { JournalRow, UploadRow } from '../database/tables.ts';
import type { VaultParts } from './context.ts';
import { sweep } from './expiry.ts';
import type { Leftover } from './leftovers.ts';
import { type Legacy, type OpenHome, leftoversOf, settleAll } from './legacy.ts';
import { holderOf, processOf } from './presence.ts';

/**
 * Mends what processes that have died were doing, and what this one could not bring to an end:
 * commits and changes of names that were announced and not settled are redone or struck out, and
 * what was reserved ahead is given back. Its time grows with the number of unfinished things, not
 * with the size or number of files.
 */
export async function mendAll(parts: VaultParts): Promise<void> {
  const dead = (await processesAtWork(parts)).filter((one) => !parts.presence.isAlive(one));
  for (const process of dead) await parts.mend(process);
  if (parts.leftovers.all.length > 0) await parts.mend(parts.presence.self);
}

/** The same, for one process: one that is dead, or this one. */
export async function mend(parts: VaultParts, open: OpenHome, process: string): Promise<void> {
  if (process === parts.presence.self) return mendOwn(parts, open);
  await parts.segments.releaseAllOf(process);
  const homes = await homesThatOpen(parts, open, await homesOf(parts, process));
  if (homes.length === 0) return;
  const legacy = await adopt(parts, process, homes);
  try {
    await settleAll(parts, open, legacy);
  } catch (error) {
    // This process answers for it from now on.
    parts.leftovers.add(...leftoversOf(legacy));
    throw error;
  }
  parts.log.info('Mended what a process that has died was doing', {
    process,
    changes: legacy.changes.length,
    uploads: legacy.uploads.length,
  });
}

async function mendOwn(parts: VaultParts, open: OpenHome): Promise<void> {
  const { leftovers } = parts;
  const homes = await homesThatOpen(parts, open, [...new Set(leftovers.all.map(homeOf))]);
  const these = leftovers.all.filter((one) => homes.includes(one.homeId));
  if (these.length === 0) return;
  await settleAll(parts, open, await adoptOwn(parts, these));
  for (const one of these) if (one.kind === 'staged') await sweep(await open(one.homeId));
  leftovers.remove(these);
  parts.log.info('Mended what could not be ended before', { count: these.length });
}

async function processesAtWork({ database, segments }: VaultParts): Promise<string[]> {
  const holders = await database.query
    .selectFrom('uploads')
    .select('holder')
    .where('holder', 'is not', null)
    .execute();
  const changes = await database.query.selectFrom('journal').select('process').execute();
  const locks = await database.query.selectFrom('name_locks').select('process').execute();
  return [
    ...new Set([
      ...holders.flatMap(({ holder }) => (holder === null ? [] : [processOf(holder)])),
      ...changes.map((row) => row.process),
      ...locks.map((row) => processOf(row.process)),
      ...(await segments.holders()).map(processOf),
    ]),
  ];
}

/** The homes in which a process was at work. */
async function homesOf({ database: { query } }: VaultParts, process: string): Promise<number[]> {
  const rows = [
    await query
      .selectFrom('uploads')
      .select('home_id')
      .where('holder', 'like', `${process}/%`)
      .execute(),
    await query.selectFrom('journal').select('home_id').where('process', '=', process).execute(),
    await query
      .selectFrom('name_locks')
      .select('home_id')
      .where('process', 'like', `${process}%`)
      .execute(),
  ].flat();
  return [...new Set(rows.map((row) => row.home_id))];
}

/** One that cannot be opened now is tried again later. */
async function homesThatOpen(
  { log }: VaultParts,
  open: OpenHome,
  ids: readonly number[],
): Promise<number[]> {
  const homes: number[] = [];
  for (const id of ids) {
    try {
      await open(id);
      homes.push(id);
    } catch (error) {
      log.error('A home cannot be opened: what was left there is mended later', { id, error });
    }
  }
  return homes;
}

/** Makes this process the one that answers, in one step: nobody else mends the same. */
function adopt(
  { database, presence }: VaultParts,
  process: string,
  homes: readonly number[],
): Promise<Legacy> {
  const holder = holderOf(presence, 'mending');
  return database.write(async (write) => ({
    uploads: await write
      .updateTable('uploads')
      .set((set) => ({ holder, epoch: set('epoch', '+', 1) }))
      .where('holder', 'like', `${process}/%`)
      .where('home_id', 'in', homes)
      .returningAll()
      .execute(),
    changes: await write
      .updateTable('journal')
      .set({ process: presence.self })
      .where('process', '=', process)
      .where('home_id', 'in', homes)
      .returningAll()
      .execute(),
    // Not simply of this process: nobody in here is to take them before all is mended.
    locks: await write
      .updateTable('name_locks')
      .set({ process: holder })
      .where('process', 'like', `${process}%`)
      .where('home_id', 'in', homes)
      .returning(['home_id', 'path'])
      .execute(),
  }));
}

/** The same for what this process has left; what somebody has taken over since is theirs. */
function adoptOwn({ database, presence }: VaultParts, these: readonly Leftover[]): Promise<Legacy> {
  const holder = holderOf(presence, 'mending');
  return database.write(async (write) => {
    const legacy = { uploads: [] as UploadRow[], changes: [] as JournalRow[] };
    for (const one of these) {
      if ('claim' in one) {
        const held = await write
          .updateTable('uploads')
          .set((set) => ({ holder, epoch: set('epoch', '+', 1) }))
          .where('id', '=', one.claim.id)
          .where('epoch', '=', one.claim.epoch)
          .where('holder', 'like', `${presence.self}/%`)
          .returningAll()
          .execute();
        legacy.uploads.push(...held);
      }
      if (one.kind === 'change') {
        const rows = await write
          .selectFrom('journal')
          .selectAll()
          .where('id', '=', one.id)
          .execute();
        legacy.changes.push(...rows);
      }
    }
    const left = these.flatMap((one) =>
      one.kind === 'lock' ? one.paths.map((path) => ({ home_id: one.homeId, path })) : [],
    );
    return { ...legacy, locks: left };
  });
}

function homeOf({ homeId }: Leftover): number {
  return homeId;
}
