/** File descriptors of sockets that listen already. */
export interface InheritedSockets {
  readonly ftp?: number | undefined;
  /** For clients that begin with TLS. */
  readonly ftps?: number | undefined;
}

/** The first descriptor that is handed over: those below are the standard streams. */
const FIRST = 3;

/**
 * The sockets that a service manager has opened for this process (sd_listen_fds(3)): so it may
 * listen on ports below 1024 and never needs a right of root. They are told apart by the names
 * `ftp` and `ftps` (FileDescriptorName=), without names by their order.
 * @param pid of this process: variables that were meant for a parent are not ours
 */
export function inheritedSockets(
  env: Readonly<Record<string, string | undefined>>,
  pid: number,
): InheritedSockets {
  const count = Number(env['LISTEN_FDS'] ?? 0);
  if (env['LISTEN_PID'] !== String(pid) || !Number.isInteger(count) || count < 1) return {};
  const names = (env['LISTEN_FDNAMES'] ?? '').split(':');
  const numbered = (name: string, otherwise: number): number | undefined => {
    const place = names.includes('ftp') || names.includes('ftps') ? names.indexOf(name) : otherwise;
    return place >= 0 && place < count ? FIRST + place : undefined;
  };
  return { ftp: numbered('ftp', 0), ftps: numbered('ftps', 1) };
}
