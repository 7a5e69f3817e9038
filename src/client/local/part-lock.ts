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
  const me = await describeProcess(process.pid);
  for (let tries = 0; tries < TRIES; tries += 1) {
    try {
      await writeFile(osPath(path), me, { flag: 'wx', mode: 0o600 });
      return { [Symbol.asyncDispose]: () => rm(osPath(path), { force: true }) };
    } catch (error) {
      if (!failedWith(error, 'EEXIST')) throw error;
    }
    const holder = await readIfThere(path);
    if (holder !== undefined && (await isHeld(holder))) break;
    if (holder !== undefined) await clearAway(path, holder);
  }
  throw new TransferFailure('target-busy', `Another transfer writes here; its lock is ${path}`);
}

/** `host pid started`: the last keeps a later process with the same number apart. */
async function describeProcess(pid: number): Promise<string> {
  return `${hostname()} ${pid} ${await startOf(pid)}\n`;
}

/** When a process started, in the kernel's own measure; empty where the system does not tell. */
async function startOf(pid: number): Promise<string> {
  const stat = await readIfThere(`/proc/${pid}/stat`);
  // The second field is the program's name in parentheses and may hold anything.
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
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
  return holder === (await describeProcess(Number(pid)));
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
