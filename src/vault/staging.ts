import { Failure } from '../base/failure.ts';
import type { Path } from '../base/path.ts';
import type { StagedFile, Tree } from '../storage/store.ts';
import type { HomeParts } from './context.ts';
import { addReservation } from './ledger.ts';
import type { Origin } from './origin.ts';
import type { Declared } from './placement.ts';
import { dropUpload } from './superseded.ts';
import type { Claim } from './claim.ts';
import type { UploadRecord } from './upload-records.ts';

/** What a writer asks for when its first byte comes. */
interface Beginning {
  readonly id: string;
  readonly path: Path;
  readonly origin: Origin;
  readonly declared: Declared;
  readonly mode: number | undefined;
  readonly holder: string;
  /** Files that the home gets more if this is committed. */
  readonly newFiles: 0 | 1;
}

export interface Begun {
  readonly claim: Claim;
  readonly file: StagedFile;
}

/** Makes or takes up the staged file and its record; from then on the claim is the only valid one. */
export async function beginStaging(parts: HomeParts, wanted: Beginning): Promise<Begun> {
  const { origin } = wanted;
  if (origin.kind === 'unfinished') {
    return takeUp(parts, origin.record, origin.offset, wanted);
  }
  const claim = await insertRecord(parts, wanted);
  try {
    const file = await stage(parts, wanted.id, wanted.path, origin);
    return { claim, file: await withMode(file, wanted.mode) };
  } catch (error) {
    await dropUpload(parts, wanted.id).catch(() => leave(parts, claim));
    throw error;
  }
}

async function withMode(file: StagedFile, mode: number | undefined): Promise<StagedFile> {
  try {
    if (mode !== undefined) await file.setMode(mode);
    return file;
  } catch (error) {
    await file[Symbol.asyncDispose]();
    throw error;
  }
}

function leave({ leftovers, homeId }: HomeParts, claim: Claim): void {
  leftovers.add({ kind: 'upload', homeId, claim });
}

function stage(
  { tree }: HomeParts,
  id: string,
  path: Path,
  origin: Exclude<Origin, { kind: 'unfinished' }>,
): Promise<StagedFile> {
  switch (origin.kind) {
    case 'fresh':
      return tree.stage(id);
    case 'version':
      return stageVersion(tree, id, path, origin);
    case 'copy':
      return tree.stageCopy(id, origin.from, origin.length);
  }
}

/** What is appended goes to the end of any version; a rest fits only the one that it belongs to. */
async function stageVersion(
  tree: Tree,
  id: string,
  path: Path,
  { entry, length, append }: Extract<Origin, { kind: 'version' }>,
): Promise<StagedFile> {
  const file = await tree.stageCopy(id, path, length);
  try {
    if (append || (await tree.stat(path)).version === entry.version) return file;
    throw new Failure('locked', 'The file has been changed since this upload began');
  } catch (error) {
    await file[Symbol.asyncDispose]();
    throw error;
  }
}

function insertRecord(parts: HomeParts, wanted: Beginning): Promise<Claim> {
  const { origin } = wanted;
  return parts.database.write(async (write) => {
    const record = {
      id: wanted.id,
      homeId: parts.homeId,
      path: wanted.path,
      base:
        origin.kind === 'version'
          ? { bytes: origin.length, version: origin.entry.version }
          : undefined,
      offset: 0,
      declared: wanted.declared,
      createdAt: parts.clock.now(),
    };
    const claim = await parts.records.insert(write, record, wanted.holder);
    await addReservation(write, parts.homeId, claim, 0, wanted.newFiles);
    return claim;
  });
}

async function takeUp(
  parts: HomeParts,
  record: UploadRecord,
  offset: number,
  wanted: Beginning,
): Promise<Begun> {
  const file = await parts.tree.openStaged(record.id);
  try {
    if ((await file.size()) < offset) {
      throw new Failure('upload-gone', 'The bytes of this upload are not there any more');
    }
    const claim = await parts.records.claim(record, offset, wanted.holder, parts.clock.now());
    try {
      await parts.records.declare(claim, wanted.declared);
      // The record must not promise bytes that a power cut finds dropped.
      if (offset < record.offset) await parts.database.durable();
      await file.truncate(offset);
    } catch (error) {
      leave(parts, claim);
      throw error;
    }
    return { claim, file };
  } catch (error) {
    await file[Symbol.asyncDispose]();
    throw error;
  }
}
