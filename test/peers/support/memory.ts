import { readFile } from 'node:fs/promises';

/** Memory that a process has now, in bytes; undefined where the system does not tell. */
export async function memoryOf(pid: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}

const INTERVAL_MS = 20;

/** Measures again and again while something runs. @returns how much memory it took at most, in bytes */
export async function memoryDuring(pid: number, run: () => Promise<void>): Promise<number> {
  const before = (await memoryOf(pid)) ?? 0;
  let most = before;
  const look = async (): Promise<void> => {
    const now = await memoryOf(pid);
    most = Math.max(most, now ?? 0);
  };
  const timer = setInterval(() => void look(), INTERVAL_MS);
  try {
    await run();
  } finally {
    clearInterval(timer);
  }
  return most - before;
}
