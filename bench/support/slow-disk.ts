import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where Linux has the controllers of blocks: of the first version of control groups, and the second. */
const FIRST = '/sys/fs/cgroup/blkio';
const SECOND = '/sys/fs/cgroup';

/**
 * Lets a process read and write the disk of a folder only so fast: a control group of its own.
 * @param bytesPerSecond each way
 * @returns undefined if that cannot be done here
 */
export function slowDown(
  pid: number,
  folder: string,
  bytesPerSecond: number,
): Disposable | undefined {
  const disk = diskOf(folder);
  if (disk === undefined) return undefined;
  const isFirst = existsSync(join(FIRST, 'blkio.throttle.read_bps_device'));
  const group = join(isFirst ? FIRST : SECOND, `carryon-bench-${process.pid}-${pid}`);
  try {
    mkdirSync(group);
    if (isFirst) {
      for (const way of ['read', 'write']) {
        writeFileSync(join(group, `blkio.throttle.${way}_bps_device`), `${disk} ${bytesPerSecond}`);
      }
    } else {
      writeFileSync(join(group, 'io.max'), `${disk} rbps=${bytesPerSecond} wbps=${bytesPerSecond}`);
    }
    writeFileSync(join(group, 'cgroup.procs'), String(pid));
  } catch {
    remove(group);
    return undefined;
  }
  return { [Symbol.dispose]: () => remove(group) };
}

/** The numbers of the whole disk under a folder: a part of a disk cannot be slowed down. */
function diskOf(folder: string): string | undefined {
  const { dev } = statSync(folder);
  const [major, minor] = [(dev >> 8) & 0xfff, (dev & 0xff) | ((dev >> 12) & 0xfff00)];
  const words = ['--noheadings', '--output', 'MAJ:MIN,PKNAME,NAME', '--raw'];
  const { stdout } = spawnSync('lsblk', words, { encoding: 'utf8' });
  const rows = (stdout ?? '').split('\n').map((line) => line.split(' '));
  const part = rows.find(([numbers]) => numbers === `${major}:${minor}`);
  if (!part) return undefined;
  const [numbers, parent] = part;
  return rows.find(([, , name]) => parent !== '' && name === parent)?.[0] ?? numbers;
}

/** One in which a process still is cannot be removed; it goes with the machine. */
function remove(group: string): void {
  try {
    rmdirSync(group);
  } catch {
    // Nothing else is to be done.
  }
}
