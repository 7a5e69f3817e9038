import { readFileSync } from 'node:fs';
import { type Finding, type Patient, ok, warning } from './check.ts';

/** A session that transfers has its control and data connection, a port that listens, and a file. */
const PER_CONNECTION = 4;
/** What the program has open by itself. */
const BESIDES = 100;

/** Whether the system lets the server open as much as its settings allow clients. */
export function descriptors({ settings, pids }: Patient): readonly Finding[] {
  const [pid = 'self'] = pids;
  const hard = openFiles(pid);
  if (hard === undefined) return [];
  const { maxConnections } = settings.limits;
  const needed = maxConnections * PER_CONNECTION + BESIDES;
  const whose = pid === 'self' ? '' : ` of process ${pid}`;
  return [
    hard >= needed
      ? ok(`${hard} open files${whose}, enough for ${maxConnections} connections that all transfer`)
      : warning(
          `${hard} open files${whose}; ${maxConnections} connections that all transfer need ${needed}`,
          'Raise it (LimitNOFILE= in systemd, ulimit -n in a shell), or lower limits.max-connections.',
        ),
  ];
}

/** The hard limit, to which Node raises the other when it starts. */
function openFiles(pid: number | 'self'): number | undefined {
  try {
    const limits = readFileSync(`/proc/${pid}/limits`, 'utf8');
    const hard = /^Max open files\s+\S+\s+(\S+)/m.exec(limits)?.[1];
    return hard === 'unlimited' ? Number.POSITIVE_INFINITY : Number(hard);
  } catch {
    return undefined;
  }
}
