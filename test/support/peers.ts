import { spawnSync } from 'node:child_process';

/** A real program that the tests talk to. */
export interface Peer {
  /** The Debian package that has it. */
  readonly package: string;
  /** Arguments with which it says its version and exits with 0. */
  readonly probe: readonly string[];
}

/** Every program that some test needs; each test skips without its own. */
export const PEERS = {
  curl: { package: 'curl', probe: ['--version'] },
  lftp: { package: 'lftp', probe: ['--version'] },
  python3: { package: 'python3', probe: ['--version'] },
  rclone: { package: 'rclone', probe: ['version'] },
  openssl: { package: 'openssl', probe: ['version'] },
  haproxy: { package: 'haproxy', probe: ['-v'] },
} as const satisfies Record<string, Peer>;

export type PeerName = keyof typeof PEERS;

export const PEER_NAMES = Object.keys(PEERS) as readonly PeerName[];

/** No program takes longer to say its version, in milliseconds. */
const PROBE_TIME = 10_000;

const found = new Map<PeerName, string | undefined>();

/**
 * The version of a program, undefined if it cannot be run. Being in the PATH is not enough:
 * a version manager may have left a name there with nothing behind it.
 */
export function versionOf(name: PeerName): string | undefined {
  if (!found.has(name)) {
    const { status, stdout, stderr } = spawnSync(name, PEERS[name].probe, {
      encoding: 'utf8',
      timeout: PROBE_TIME,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const version = /\d+(?:\.\d+)+/.exec(`${stdout}${stderr}`)?.[0] ?? '?';
    found.set(name, status === 0 ? version : undefined);
  }
  return found.get(name);
}

/** Looks again, after something was installed. */
export function forgetVersions(): void {
  found.clear();
}

/** For node:test's `skip`: false if all of these can be run, else a sentence with what is missing. */
export function skipWithout(...names: readonly PeerName[]): string | false {
  const missing = names.filter((name) => versionOf(name) === undefined);
  return missing.length > 0 && `needs ${missing.join(' and ')}, which cannot be run here`;
}
