import { Failure, failed } from '../../src/base/failure.ts';
import type { Declared, Placement } from '../../src/vault/placement.ts';
import type { Writer } from '../../src/vault/writer.ts';
import type { Version } from './content.ts';
import type { Traced, VaultRun } from './vault-run.ts';
import { Violation, hold } from './violation.ts';

/** One upload as it is meant. Positions in bytes. */
export interface Meant {
  /** The whole content that the name gets. */
  readonly version: Version;
  readonly placement: Placement;
  /** Where the first byte that is sent has to land. */
  readonly start: number;
  /** Behind the last byte that is sent. */
  readonly stop: number;
  /** It is interrupted there, even if everything has been sent. */
  readonly isCut?: boolean;
  readonly declared?: Declared;
}

/** Uploads, and enters into the model what has become of it. Throws Died when the life ends. */
export async function upload(run: VaultRun, at: Traced, meant: Meant): Promise<void> {
  const { version, placement, start, declared = {} } = meant;
  run.note(
    `${at.path}: ${placement.kind} ${JSON.stringify(placement)} ${version.toString()}, ` +
      `from ${start} to ${meant.stop}${meant.isCut ? ', cut' : ''} ${JSON.stringify(declared)}`,
  );
  const change = at.model.begin(version);
  at.attempts.push(version);
  at.intents.push(version);
  let writer: Writer | undefined;
  try {
    writer = await run.home.upload(at.path, placement, declared, 'somebody', () => {});
    run.checkAlive();
    hold(writer.start === start, () => `begins at ${writer?.start}, not at ${start}`);
    // To go on at an earlier byte is to give up what was behind it. Without any byte, or its end,
    // an upload has not begun.
    if (at.told?.upload === writer.id && (meant.stop > start || !meant.isCut)) {
      at.told = { ...at.told, offset: Math.min(start, at.told.offset) };
    }
    await send(run, writer, meant);
    if (meant.isCut) {
      const offset = await writer.interrupt('cut');
      run.checkAlive();
      change.refused();
      // One that a later upload has overtaken is dropped.
      hold(offset === meant.stop || at.isRaced, () => `${offset} bytes are kept of ${meant.stop}`);
      if (meant.stop > start) told(run, at, writer, offset);
    } else {
      const entry = await writer.complete();
      run.checkAlive();
      change.succeeded();
      hold(entry.size === version.length, () => `${entry.size} bytes were committed`);
      committed(at);
    }
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    run.checkAlive();
    change.refused();
    run.note(`  refused: ${error.code}`);
    if (!isExpected(error, run, at, meant)) throw new Violation(`refused: ${error.message}`);
    const offset = await writer?.interrupt('refused');
    run.checkAlive();
    const isRejected = failed(error, 'digest-mismatch') && at.told?.upload === writer?.id;
    if (isRejected) at.told = undefined;
    const isKept = failed(error, 'quota-exceeded') && offset !== undefined && offset > start;
    if (writer && isKept) told(run, at, writer, offset);
  }
  at.attempts = at.attempts.filter((one) => one !== version);
}

async function send(run: VaultRun, writer: Writer, { version, start, stop }: Meant): Promise<void> {
  for (let position = start; position < stop;) {
    const end = Math.min(stop, position + run.chance.between(1, 3000));
    await writer.write(version.pieces(position, end));
    position = end;
  }
}

function told(run: VaultRun, at: Traced, { id }: Writer, offset: number): void {
  run.note(`  told ${offset}`);
  if (offset > 0) at.told = { upload: id, offset, at: run.clock.now() };
}

/** What is committed leaves nothing to be continued, unless others write at the same time. */
function committed(at: Traced): void {
  at.told = undefined;
  if (!at.isRaced) at.intents = [];
}

function isExpected(
  { code }: Failure,
  run: VaultRun,
  at: Traced,
  { version, start }: Meant,
): boolean {
  if (code === 'quota-exceeded') return run.quota !== undefined;
  // Another one has taken it over.
  if (at.isRaced && start > 0 && code === 'locked') return true;
  return code === 'digest-mismatch' && at.lies.has(version.key);
}
