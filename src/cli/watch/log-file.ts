import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { createGunzip } from 'node:zlib';
import { type LoggedTransfer, readTransferLine } from '../../telemetry/logged-transfer.ts';

const LOOK_EVERY_MS = 300;

/** The file, behind those that were rotated away, the oldest first; `.gz` ones are read as well. */
export async function withRotated(file: string): Promise<readonly string[]> {
  const folder = dirname(file);
  const base = basename(file);
  const names = await readdir(folder).catch(() => []);
  const rotated = names.filter(
    (name) => name.startsWith(`${base}.`) || name.startsWith(`${base}-`),
  );
  const dated = await Promise.all(
    rotated.map(async (name) => {
      const path = join(folder, name);
      return { path, time: (await stat(path)).mtimeMs };
    }),
  );
  return [...dated.toSorted((one, other) => one.time - other.time).map(({ path }) => path), file];
}

/** Every transfer in these files; one that does not exist has none. */
export async function* transfersIn(files: readonly string[]): AsyncGenerator<LoggedTransfer> {
  for (const file of files) {
    const raw = createReadStream(file);
    const input = file.endsWith('.gz') ? raw.pipe(createGunzip()) : raw;
    raw.on('error', (error) => input !== raw && input.destroy(error));
    try {
      for await (const line of createInterface({ input, crlfDelay: Infinity })) {
        const transfer = readTransferLine(line);
        if (transfer) yield transfer;
      }
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    }
  }
}

/** What is written into the file from now on, also after it was rotated, until the signal. */
export async function* follow(file: string, signal: AbortSignal): AsyncGenerator<LoggedTransfer> {
  let at = await position(file);
  let torn = '';
  while (!signal.aborted) {
    const now = await position(file);
    // Another file, or the same one emptied: all of it is new.
    if (now.ino !== at.ino || now.size < at.size) {
      at = { ino: now.ino, size: 0 };
      torn = '';
    }
    if (now.size > at.size) {
      const end = now.size - 1;
      let text = torn;
      for await (const chunk of createReadStream(file, { start: at.size, end, encoding: 'utf8' })) {
        text += String(chunk);
      }
      const lines = text.split('\n');
      torn = lines.pop() ?? '';
      yield* lines.flatMap((line) => readTransferLine(line) ?? []);
      at = now;
    }
    await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => {});
  }
}

async function position(file: string): Promise<{ readonly ino: number; readonly size: number }> {
  return stat(file).catch(() => ({ ino: 0, size: 0 }));
}
