import { readFile, readdir } from 'node:fs/promises';
import { KiB, MiB } from '../../src/base/size.ts';

/** Memory of a process and its children, what they share counted once, in MiB. */
export async function memoryOf(pid: number): Promise<number> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8');
  const kilobytes = Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1]);
  let total = (kilobytes * KiB) / MiB;
  for (const task of await readdir(`/proc/${pid}/task`)) {
    const children = await readFile(`/proc/${pid}/task/${task}/children`, 'utf8');
    for (const child of children.split(' ').filter(Boolean)) total += await memoryOf(Number(child));
  }
  return total;
}
