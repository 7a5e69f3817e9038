import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { TransferFailure } from '../transfer-failure.ts';
import { failedWith, osPath } from './os-path.ts';

/** How often a lock that nobody holds any more is cleared away, in case others do the same. */
const TRIES = 5;

/**
 * One process, and one transfer in it, writes a part file: a file beside it names the process.
 * Where that process has gone, the lock counts for nothing.
 * @throws TransferFailure `target-busy`
 */
export async function lockPart(path: string): Promise<AsyncDisposable> {
  const me = describe(process.pid, await statusOf(process.pid));
  for (let tries = 0; tries < TRIES; tries += 1) {
    try {
      await writeFile(osPath(path), me, { flag: 'wx', mode: 0o600 });
      return { [Symbol.asyncDispose]: () => rm(osPath(path), { force: true }) };
    } catch (error) {
      if (!failedWith(error, 'EEXIST')) throw error;
    }
    const holder = await readIfThere(path);
    if (holder !== undefined && (await isHeld(holder))) throw busy(path, holder);
    if (holder !== undefined) await clearAway(path, holder);
  }
  throw busy(path);
}

/** A lock of another machine, or of a container before this one, is for a person to judge. */
function busy(path: string, holder = ''): TransferFailure {
  const [host = ''] = holder.split(' ');
  const isElsewhere = host !== '' && host !== hostname();
  return new TransferFailure(
    'target-busy',
    isElsewhere
      ? `Another transfer on ${host} writes here; if it does so no more, remove ${path}`
      : `Another transfer writes here; its lock is ${path}`,
  );
}

interface Status {
  /** When it started, in the kernel's own measure; empty where the system does not tell. */
  readonly started: string;
  /** It has ended, and nobody has asked how: in a container there may be nobody who ever does. */
  readonly isZombie: boolean;
}

/** `host pid started`: the last keeps a later process with the same number apart. */
function describe(pid: number, { started }: Status): string {
  return `${hostname()} ${pid} ${started}\n`;
}

async function statusOf(pid: number): Promise<Status> {
  const stat = await readIfThere(`/proc/${pid}/stat`);
  // The second field is the program's name in parentheses and may hold anything.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { started: fields?.[19] ?? '', isZombie: fields?.[0] === 'Z' };
}

async function isHeld(holder: string): Promise<boolean> {
  const match = /^(\S+) (\d+) (\d*)\n$/.exec(holder);
  // Half written by someone who has just come, or by a crash: the next look tells.
  if (!match) return false;
  const [, host, pid] = match;
  // Whether a process of another machine lives cannot be seen from here.
  if (host !== hostname()) return true;
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    if (failedWith(error, 'ESRCH')) return false;
  }
  const status = await statusOf(Number(pid));
  return !status.isZombie && holder === describe(Number(pid), status);
}

/** Removes the lock of a process that has gone, and no other that has come in its place. */
async function clearAway(path: string, stale: string): Promise<void> {
  const aside = `${path}.${process.pid}`;
  try {
    await rename(osPath(path), osPath(aside));
  } catch (error) {
    if (failedWith(error, 'ENOENT')) return;
    throw error;
  }
  if ((await readIfThere(aside)) !== stale) {
    await link(osPath(aside), osPath(path)).catch(() => {});
  }
  await rm(osPath(aside), { force: true });
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(osPath(path), 'utf8');
  } catch (error) {
    if (failedWith(error, 'ENOENT', 'ESRCH')) return undefined;
    throw error;
  }
}
