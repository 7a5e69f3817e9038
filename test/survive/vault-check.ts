import { failed } from '../../src/base/failure.ts';
import { ROOT } from '../../src/base/path.ts';
import type { UploadRow } from '../../src/database/tables.ts';
import type { Value } from './model.ts';
import { list, same } from './model.ts';
import {
  HOME_ID,
  type Told,
  type Traced,
  type VaultRun,
  followTold,
  meanings,
  rowsOf,
} from './vault-run.ts';
import { hold } from './violation.ts';

/** What has to be true whenever nobody does anything, each with its name. */
export const VAULT_CHECKS = {
  'every name has an allowed content': async (run) => {
    for (const at of run.names) await lookAt(run, at);
  },
  'no other names are seen': namesAreKnown,
  'the ledger is what is there': ledgerIsRight,
  'reservations are what unfinished uploads hold': reservationsAreRight,
  'unfinished uploads are the beginning of what was sent': async (run) => {
    for (const at of run.names) {
      for (const row of await rowsOf(run, at)) await meanings(run, at, row);
    }
  },
  'offsets that were told still hold': async (run) => {
    await followTold(run);
    for (const at of run.names) await toldHolds(run, at);
  },
  'digests are of what is there': digestsAreRight,
} as const satisfies Record<string, (run: VaultRun) => Promise<void>>;

/** Reads a name as visitors do, and compares and narrows what is possible there. */
export async function lookAt(run: VaultRun, at: Traced): Promise<Value> {
  const look = at.model.look();
  const bytes = await contentOf(run, at);
  const found = look.allowed.filter((value) =>
    bytes === undefined
      ? value === undefined
      : value?.length === bytes.length && value.has(bytes, 0),
  );
  hold(found.length > 0, () => `${at.path} has ${described(bytes)}, not ${list(look.allowed)}`);
  look.saw(found);
  if (found.some((value) => at.attempts.some((one) => same(one, value)))) {
    // The life ended before anybody heard that it was committed.
    at.told = undefined;
  }
  at.attempts = [];
  return found[0];
}

async function contentOf(run: VaultRun, at: Traced): Promise<Buffer | undefined> {
  try {
    await using file = await run.home.open(at.path);
    const bytes = Buffer.alloc(file.entry.size);
    const got = await file.read(bytes, 0);
    return bytes.subarray(0, got);
  } catch (error) {
    if (failed(error, 'not-found', 'unfinished')) return undefined;
    throw error;
  }
}

async function namesAreKnown(run: VaultRun): Promise<void> {
  for await (const slice of run.home.list(ROOT)) {
    for (const { name } of slice) {
      const isKnown = run.names.some(({ path }) => path === `/${name}`);
      hold(isKnown, () => `there is a name ${name} that nobody gave`);
    }
  }
}

async function ledgerIsRight(run: VaultRun): Promise<void> {
  const { found, recorded } = await run.vault.audit(HOME_ID, false);
  hold(
    found.bytes === recorded.bytes && found.files === recorded.files,
    () => `the ledger says ${JSON.stringify(recorded)}, there is ${JSON.stringify(found)}`,
  );
}

async function reservationsAreRight(run: VaultRun): Promise<void> {
  const rows = await run.vault.uploads(HOME_ID);
  const home = await run.ground.database.query
    .selectFrom('homes')
    .selectAll()
    .where('id', '=', HOME_ID)
    .executeTakeFirstOrThrow();
  const held = rows.reduce((sum, row) => sum + row.reserved_bytes, 0);
  const files = rows.reduce((sum, row) => sum + row.reserved_files, 0);
  hold(
    home.reserved_bytes === held && home.reserved_files === files,
    () =>
      `${home.reserved_bytes} bytes in ${home.reserved_files} files are reserved, not ${held} in ${files}`,
  );
  for (const row of rows) {
    const wanted = row.offset - row.base_bytes;
    hold(
      row.reserved_bytes >= wanted,
      () => `${row.name} holds ${row.reserved_bytes} bytes for ${wanted}`,
    );
  }
  const used = home.committed_bytes + home.reserved_bytes;
  hold(
    run.quota === undefined || used <= run.quota,
    () => `${used} bytes are used of ${run.quota}`,
  );
}

/**
 * What can be continued never becomes less without somebody asking for it: by a promise under
 * another name, where it is then, or by beginning another upload.
 */
async function toldHolds(run: VaultRun, at: Traced): Promise<void> {
  const { told } = at;
  if (told === undefined) return;
  const { query } = run.ground.database;
  const all = await query.selectFrom('uploads').selectAll().execute();
  const row = all.find(({ id }) => id === told.upload);
  if (row?.state === 'staging') {
    hold(
      row.offset >= told.offset,
      () => `${told.offset} bytes of ${at.path} were told, ${row.offset} are left`,
    );
  } else {
    const isEnded = row?.state === 'committed' || (row?.state === 'rejected' && at.lies.size > 0);
    hold(
      isEnded || all.some((one) => replaces(one, told, at)),
      () => `${told.offset} bytes of ${at.path} were told, none are left`,
    );
    at.told = undefined;
  }
  await showsWhatIsLeft(run, at);
}

/** True if this upload was begun later and has come so far that nobody goes on with the one told of. */
function replaces(row: UploadRow, told: Told, at: Traced): boolean {
  const isHere = `/${row.name}` === at.path && row.id !== told.upload && row.created_at > told.at;
  return isHere && (row.offset > 0 || row.state !== 'staging');
}

/** Where there is no file, its owner sees what can be continued. */
async function showsWhatIsLeft(run: VaultRun, at: Traced): Promise<void> {
  const newest = (await rowsOf(run, at)).findLast((row) => row.offset > 0);
  if (newest === undefined || at.model.certain !== undefined) return;
  const seen = await run.home.stat(at.path).catch((error: unknown) => {
    if (failed(error, 'not-found')) return undefined;
    throw error;
  });
  hold(
    // One byte is kept back, so that nobody takes it for done.
    seen?.partial === true && seen.size === newest.offset - 1,
    () => `${at.path} is shown with ${seen?.size} bytes, ${newest.offset} can be continued`,
  );
}

async function digestsAreRight(run: VaultRun): Promise<void> {
  for (const at of run.names) {
    const value = at.model.isCertain ? at.model.certain : undefined;
    if (value === undefined) continue;
    const { hex } = await run.home.digest(at.path, 'sha-256', undefined, undefined);
    hold(hex === value.sha256, () => `the digest of ${at.path} is told wrong`);
  }
}

/** Nothing is staged that no record knows. To be called when the vault has been closed. */
export async function nothingIsLeftBehind(run: VaultRun): Promise<void> {
  const tree = await run.ground.store.openTree('home');
  const staged = await tree.listStaged();
  const rows = await run.ground.database.query.selectFrom('uploads').select('id').execute();
  const known = new Set(rows.map((row) => row.id));
  const orphans = staged.filter((id) => !known.has(id));
  hold(orphans.length === 0, () => `${orphans.length} staged files belong to nobody`);
}

function described(bytes: Buffer | undefined): string {
  return bytes === undefined ? 'nothing' : `${bytes.length} bytes`;
}
