import { spawnSync } from 'node:child_process';
import { cpus, release, totalmem } from 'node:os';
import { FOREIGN_NAMES, isUnpacked } from '../../test/support/foreign-packages.ts';
import { PEER_NAMES, versionOf } from '../../test/support/peers.ts';
import { GiB } from '../../src/base/size.ts';

/** The machine, the versions of everything that takes part, and the date, in one line. */
export function surroundings(): string {
  const processor = cpus()[0]?.model.trim().replaceAll(/\s+/g, ' ') ?? 'unknown processor';
  const memory = Math.round(totalmem() / GiB);
  const commit = output('git', ['describe', '--always', '--dirty']);
  const clients = PEER_NAMES.map((name) => `${name} ${versionOf(name) ?? '(absent)'}`);
  const servers = FOREIGN_NAMES.filter(isUnpacked).map((name) => {
    const debian = name === 'pyftpdlib' ? 'python3-pyftpdlib' : name;
    const inCore = name === 'proftpd' ? 'proftpd-core' : debian;
    const version = /Candidate: (\S+)/.exec(output('apt-cache', ['policy', inCore]))?.[1];
    return `${name} ${version ?? '?'}`;
  });
  return [
    new Date().toISOString().slice(0, 16).replace('T', ' '),
    `${cpus().length} × ${processor}, ${memory} GiB, Linux ${release()}`,
    `Node ${process.versions.node}`,
    `commit ${commit}`,
    ...clients,
    ...servers,
  ].join('; ');
}

function output(command: string, words: readonly string[]): string {
  const { stdout } = spawnSync(command, words, { encoding: 'utf8', timeout: 10_000 });
  return (stdout ?? '').trim();
}
