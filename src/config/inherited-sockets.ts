/** File descriptors of sockets that listen already. */
export interface InheritedSockets {
  readonly ftp: readonly number[];
  /** For clients that begin with TLS. */
  readonly ftps: readonly number[];
}

const NONE: InheritedSockets = { ftp: [], ftps: [] };

/** The first descriptor that is handed over: those below are the standard streams. */
const FIRST = 3;

/**
 * The sockets that a service manager has opened for this process (sd_listen_fds(3)): so it may
 * listen on ports below 1024 and never needs a right of root. They are told apart by the names
 * `ftp` and `ftps` (FileDescriptorName=), which several may have; without names by their order.
 * @param pid of this process: variables that were meant for a parent are not ours
 */
export function inheritedSockets(
  env: Readonly<Record<string, string | undefined>>,
  pid: number,
): InheritedSockets {
  const count = Number(env['LISTEN_FDS'] ?? 0);
  if (env['LISTEN_PID'] !== String(pid) || !Number.isInteger(count) || count < 1) return NONE;
  const said = (env['LISTEN_FDNAMES'] ?? '').split(':');
  const names = said.includes('ftp') || said.includes('ftps') ? said : ['ftp', 'ftps'];
  const named = (name: string): number[] =>
    names.slice(0, count).flatMap((one, place) => (one === name ? [FIRST + place] : []));
  return { ftp: named('ftp'), ftps: named('ftps') };
}
