/**
 * Run before the tests: installs the real clients that they talk to where that is possible without
 * asking (as root on a Debian-like system), and says what is missing elsewhere. Never fails: what
 * is missing is skipped by its tests, which node:test counts and prints.
 */
import { spawnSync } from 'node:child_process';
import { FOREIGN_NAMES, isUnpacked, skipWithoutServer, unpack } from './foreign-packages.ts';
import { forgetVersions, PEER_NAMES, PEERS, type PeerName, versionOf } from './peers.ts';

/** The longest that one step of apt-get may take, in milliseconds. */
const STEP_TIME = 180_000;

const APT_OPTIONS = [
  '-qq',
  '--option=DPkg::Lock::Timeout=60',
  '--option=Acquire::Retries=1',
  '--option=Acquire::http::Timeout=20',
];

function missing(): PeerName[] {
  return PEER_NAMES.filter((name) => versionOf(name) === undefined);
}

/** Why this machine cannot be given programs; undefined if it can. */
function obstacle(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root can install them';
  return spawnSync('apt-get', ['--version']).status === 0 ? undefined : 'there is no apt-get here';
}

/** @returns what went wrong, undefined if nothing did */
function aptGet(...words: readonly string[]): string | undefined {
  const { status, error, stderr } = spawnSync('apt-get', [...APT_OPTIONS, ...words], {
    encoding: 'utf8',
    timeout: STEP_TIME,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (status === 0) return undefined;
  return error?.message ?? (stderr.trim().split('\n').at(-1) || `apt-get ended with ${status}`);
}

/** The package lists of this machine may be absent or old: they are fetched only if it needs them. */
function install(names: readonly PeerName[]): string | undefined {
  const packages = names.map((name) => PEERS[name].package);
  const words = ['install', '--yes', '--no-install-recommends', ...packages];
  if (aptGet(...words) === undefined) return undefined;
  return aptGet('update') ?? aptGet(...words);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

const wanted = missing();
if (wanted.length > 0) {
  const problem = obstacle() ?? install(wanted);
  if (problem !== undefined) say(`peers: ${wanted.join(', ')} could not be installed: ${problem}`);
  forgetVersions();
}
const absent = missing();
const here = PEER_NAMES.flatMap((name) => {
  const version = versionOf(name);
  return version === undefined ? [] : [`${name} ${version}`];
});
const skipped =
  absent.length === 0 ? '' : `; without ${absent.join(', ')}: their tests are skipped`;
say(`peers: ${here.join(', ') || 'none'}${skipped}`);

// Servers of others are only unpacked, which takes no rights.
let listsAreFresh = false;
for (const name of FOREIGN_NAMES.filter((each) => !isUnpacked(each))) {
  let problem = unpack(name);
  if (problem !== undefined && !listsAreFresh && process.getuid?.() === 0) {
    listsAreFresh = true;
    problem = aptGet('update') ?? unpack(name);
  }
  if (problem !== undefined) say(`servers: ${name} could not be fetched: ${problem}`);
}
const servers = FOREIGN_NAMES.filter((name) => skipWithoutServer(name) === false);
const without = FOREIGN_NAMES.filter((name) => !servers.includes(name));
say(
  `servers: ${servers.join(', ') || 'none'}${
    without.length === 0 ? '' : `; without ${without.join(', ')}: their tests are skipped`
  }`,
);
