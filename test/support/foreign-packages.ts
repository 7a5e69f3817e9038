import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** A server of somebody else's, as Debian packs it. */
interface ForeignPackage {
  readonly packages: readonly string[];
  /** What has to be there after unpacking. */
  readonly program: string;
  /** True if it can be run by root only. */
  readonly needsRoot: boolean;
}

/**
 * The servers that our client is tested against. As packages they exclude one another, so they
 * are unpacked side by side and never installed.
 */
export const FOREIGN = {
  vsftpd: { packages: ['vsftpd'], program: 'usr/sbin/vsftpd', needsRoot: true },
  proftpd: {
    packages: ['proftpd-core', 'proftpd-mod-crypto'],
    program: 'usr/sbin/proftpd',
    needsRoot: true,
  },
  'pure-ftpd': {
    packages: ['pure-ftpd', 'pure-ftpd-common'],
    program: 'usr/sbin/pure-ftpd',
    needsRoot: true,
  },
  pyftpdlib: {
    packages: [
      'python3-pyftpdlib',
      'python3-openssl',
      'python3-cryptography',
      'python3-cffi-backend',
    ],
    program: 'usr/lib/python3/dist-packages/pyftpdlib/servers.py',
    needsRoot: false,
  },
} as const satisfies Record<string, ForeignPackage>;

export type ForeignName = keyof typeof FOREIGN;

export const FOREIGN_NAMES = Object.keys(FOREIGN) as readonly ForeignName[];

/** Where they are unpacked, for all checkouts of this user. */
const CACHE = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'carryon-servers');

/** The longest that one step may take, in milliseconds. */
const STEP_TIME = 180_000;

/** The folder in which a server is unpacked as if it were the root. */
export function rootOf(name: ForeignName): string {
  return join(CACHE, name);
}

export function isUnpacked(name: ForeignName): boolean {
  return existsSync(join(rootOf(name), FOREIGN[name].program));
}

/** The environment in which its programs find their libraries. */
export function environmentOf(name: ForeignName): Record<string, string> {
  const libraries = ['usr/lib', 'lib'].flatMap((folder) => {
    const path = join(rootOf(name), folder);
    const below = existsSync(path) ? readdirSync(path) : [];
    return below.filter((entry) => entry.includes('-linux-')).map((entry) => join(path, entry));
  });
  return {
    PATH: process.env['PATH'] ?? '',
    LD_LIBRARY_PATH: libraries.join(':'),
    PYTHONPATH: join(rootOf(name), 'usr/lib/python3/dist-packages'),
    PYTHONDONTWRITEBYTECODE: '1',
  };
}

/** For node:test's `skip`: false if it can be started here, else a sentence with what is missing. */
export function skipWithoutServer(name: ForeignName): string | false {
  if (!isUnpacked(name)) return `needs ${name}, which could not be fetched here`;
  if (FOREIGN[name].needsRoot && process.getuid?.() !== 0) return `${name} is started by root only`;
  return name === 'pyftpdlib' && !existsSync('/usr/bin/python3')
    ? 'pyftpdlib needs the Python of the system'
    : false;
}

/** Fetches and unpacks it. @returns what went wrong, undefined if nothing did */
export function unpack(name: ForeignName): string | undefined {
  try {
    mkdirSync(CACHE, { recursive: true });
  } catch (error) {
    return String(error);
  }
  // Under another name until it is complete: somebody may be doing the same.
  const folder = mkdtempSync(join(CACHE, 'new-'));
  try {
    const { packages } = FOREIGN[name];
    const wanted = [...new Set([...packages, ...missingLibraries(packages)])];
    const problem = run(folder, 'apt-get', ['-qq', 'download', ...wanted]);
    if (problem !== undefined) return problem;
    const root = join(folder, 'root');
    for (const file of readdirSync(folder).filter((entry) => entry.endsWith('.deb'))) {
      const failure = run(folder, 'dpkg', ['-x', file, root]);
      if (failure !== undefined) return failure;
    }
    writeFileSync(join(root, 'packages.txt'), `${wanted.join('\n')}\n`);
    rmSync(rootOf(name), { recursive: true, force: true });
    renameSync(root, rootOf(name));
    return undefined;
  } catch (error) {
    return String(error);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The libraries that packages need and this machine does not have, by its own lists. */
function missingLibraries(packages: readonly string[]): string[] {
  const found = new Set<string>();
  const look = (name: string): void => {
    const { stdout } = spawnSync('apt-cache', ['depends', name], {
      encoding: 'utf8',
      timeout: STEP_TIME,
    });
    const needed = /^ *\|?(?:Pre)?Depends: ((?:lib|python3-)[\w.+-]+)$/gm;
    for (const [, library = ''] of (stdout ?? '').matchAll(needed)) {
      if (found.has(library) || isInstalled(library)) continue;
      found.add(library);
      look(library);
    }
  };
  for (const name of packages) look(name);
  return [...found];
}

function isInstalled(name: string): boolean {
  const { stdout } = spawnSync('dpkg-query', ['-W', '-f', '${Status}', name], { encoding: 'utf8' });
  return (stdout ?? '').endsWith(' installed');
}

/** @returns what went wrong, undefined if nothing did */
function run(cwd: string, command: string, words: readonly string[]): string | undefined {
  const { status, error, stderr } = spawnSync(command, words, {
    cwd,
    encoding: 'utf8',
    timeout: STEP_TIME,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  if (status === 0) return undefined;
  return error?.message ?? (stderr.trim().split('\n').at(-1) || `${command} ended with ${status}`);
}
