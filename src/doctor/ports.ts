import { readFileSync, readlinkSync, readdirSync } from 'node:fs';
import { lookup } from 'node:dns/promises';
import { createServer, isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { Networks } from '../base/network.ts';
import { formatHostPort, type HostPort } from '../config/address.ts';
import { type Finding, type Patient, ok, problem, warning } from './check.ts';

/** More than so many ports of a range are not tried one by one. */
const MAX_TRIED = 2000;

/** A transfer holds a port while it runs: with fewer, clients wait for one another. */
const FEW_PORTS = 20;

const PRIVATE = new Networks([
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '100.64.0.0/10',
]);

/** The ports where clients come in. */
export async function listening({ settings, pids }: Patient): Promise<readonly Finding[]> {
  const places = [
    ...settings.ftp.listen.map((place) => ['ftp.listen', place] as const),
    ...(settings.ftp.listenTls ?? []).map((place) => ['ftp.listen-tls', place] as const),
    ...(settings.metrics.listen ? [['metrics.listen', settings.metrics.listen] as const] : []),
  ];
  const findings: Finding[] = [];
  const servers = withParents(pids);
  for (const [key, place] of places) findings.push(await lookAt(key, place, servers));
  return findings;
}

async function lookAt(key: string, place: HostPort, pids: readonly number[]): Promise<Finding> {
  const where = formatHostPort(place);
  if (place.port === 0) return ok(`${key}: any free port`);
  const why = await refused(place);
  if (why === undefined) return ok(`${key}: ${where} is free`);
  if (why === 'EADDRINUSE') {
    const pid = pids.find((one) => portsOf(one)?.has(place.port));
    if (pid !== undefined) return ok(`${key}: ${where} is served by process ${pid}`);
    const isHidden = pids.some((one) => portsOf(one) === undefined);
    return isHidden
      ? warning(
          `${key}: ${where} is in use, and it cannot be seen by whom`,
          'Run this as the user that runs the server, or as root.',
        )
      : problem(
          `${key}: ${where} is in use by another program`,
          `Stop that (ss -ltnp shows it), or set ${key} to another port.`,
        );
  }
  if (why === 'EACCES') {
    return problem(
      `${key}: this user may not listen at ${where}`,
      'Ports below 1024 need systemd to open them (packaging/systemd), or the capability CAP_NET_BIND_SERVICE.',
    );
  }
  return problem(
    `${key}: nobody can listen at ${where} (${why})`,
    `Set ${key} to an address of this machine.`,
  );
}

/** Why nobody can listen there; undefined if somebody can. */
function refused({ host, port }: HostPort): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const server = createServer();
  server.once('error', (error) => resolve('code' in error ? String(error.code) : error.message));
  server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  return promise;
}

/** With several workers it is not they who listen, but the one that started them. */
function withParents(pids: readonly number[]): readonly number[] {
  const parents = pids.flatMap((pid) => {
    try {
      const parent = Number(
        /^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1],
      );
      return parent > 1 ? [parent] : [];
    } catch {
      return [];
    }
  });
  return [...new Set([...pids, ...parents])];
}

/** The ports at which a process listens; undefined where that cannot be seen. */
function portsOf(pid: number): ReadonlySet<number> | undefined {
  try {
    const sockets = new Set(
      readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
        const found = /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/${pid}/fd/${fd}`));
        return found?.[1] === undefined ? [] : [found[1]];
      }),
    );
    const lines = ['tcp', 'tcp6'].flatMap((family) =>
      readFileSync(`/proc/${pid}/net/${family}`, 'latin1').split('\n').slice(1),
    );
    // proc(5): local address and port in hexadecimal, the state (0A listens), the inode.
    const ports = lines.flatMap((line) => {
      const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
      return state === '0A' && sockets.has(inode) ? [parseInt(local.split(':')[1] ?? '', 16)] : [];
    });
    return new Set(ports);
  } catch {
    return undefined;
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    // Closed meanwhile.
    return '';
  }
}

/** Where the data goes. */
export async function passive({ settings, pids }: Patient): Promise<readonly Finding[]> {
  const { passivePorts, passiveAddress, listen } = settings.ftp;
  const findings = [await addressFinding(passiveAddress)];
  if (passivePorts === undefined) {
    findings.push(
      passiveAddress === undefined
        ? ok('Data connections take any free port')
        : warning(
            'Data connections take any free port, but clients come through a router',
            'Set ftp.passive-ports to a range, and let the router and the firewall pass it on.',
          ),
    );
    return findings;
  }
  const { first, last } = passivePorts;
  const count = last - first + 1;
  const range = `${first}-${last}`;
  const host = listen[0]?.host ?? '0.0.0.0';
  const taken: number[] = [];
  for (let port = first; port <= last && port - first < MAX_TRIED; port += 1) {
    if ((await refused({ host, port })) !== undefined) taken.push(port);
  }
  const ours = pids.map(portsOf);
  const others = taken.filter((port) => !ours.some((ports) => ports?.has(port)));
  findings.push(
    count < FEW_PORTS
      ? warning(
          `ftp.passive-ports ${range} has ${count} ports, so that no more transfers run at once`,
          'Take a wider range, as 50000-50999.',
        )
      : ok(`ftp.passive-ports ${range}: ${count} ports; a firewall has to pass them`),
  );
  if (others.length === count) {
    findings.push(
      problem(`None of the ports ${range} is free`, 'Set ftp.passive-ports to another range.'),
    );
  } else if (others.length > 0) {
    findings.push(
      warning(
        `${others.length} of the ports ${range} are in use by other programs, as ${others[0]}`,
        'Clients get the others; a range that nobody else uses is better.',
      ),
    );
  }
  return findings;
}

async function addressFinding(told: string | undefined): Promise<Finding> {
  const own = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const isPublic = own.some(({ family, address: one }) => family === 'IPv4' && !PRIVATE.has(one));
  if (told === undefined) {
    return ok(
      isPublic
        ? 'Clients are told the address that they connected to'
        : 'Clients are told the address that they connected to, which is a private one here: those who come through a router need ftp.passive-address',
    );
  }
  const address = isIP(told) === 0 ? await addressOf(told) : told;
  if (address === undefined) {
    return problem(
      `ftp.passive-address ${told} is a name that cannot be found`,
      'Look at the name and at the name servers of this machine (resolvectl query).',
    );
  }
  const shown = address === told ? told : `${told} (${address})`;
  return own.some((one) => one.address === address)
    ? ok(`ftp.passive-address ${shown} is one of this machine`)
    : ok(
        `ftp.passive-address ${shown} is none of this machine: the router that has it must pass the ports on`,
      );
}

/** PASV can tell IPv4 only. */
async function addressOf(name: string): Promise<string | undefined> {
  try {
    return (await lookup(name, { family: 4 })).address;
  } catch {
    return undefined;
  }
}
