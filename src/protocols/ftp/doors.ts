import { type AddressInfo, createServer, isIPv4, type Server } from 'node:net';
import type { Log } from '../../base/log.ts';

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Where to listen, unless with a socket that listens already. Port 0 asks the system for a free one. */
export interface Place extends Address {
  readonly fd?: number | undefined;
  /** Those who connect here begin with TLS. */
  readonly implicit: boolean;
}

/** A place where somebody listens. */
export interface Door {
  readonly server: Server;
  readonly address: Address;
  readonly implicit: boolean;
}

const BACKLOG = 1024;
const KEEP_ALIVE_DELAY_MS = 60_000;

/** Opens all places, or none. @throws the system's error if it cannot listen somewhere */
export async function openDoors(places: readonly Place[], log: Log): Promise<readonly Door[]> {
  const doors: Door[] = [];
  try {
    for (const place of places) doors.push(await openDoor(place, places, log));
    return doors;
  } catch (error) {
    for (const { server } of doors) server.close();
    throw error;
  }
}

async function openDoor(place: Place, all: readonly Place[], log: Log): Promise<Door> {
  const server = createServer({
    allowHalfOpen: true,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: KEEP_ALIVE_DELAY_MS,
  });
  const { host, port, fd, implicit } = place;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject).once('listening', resolve);
  const ipv6Only = all.some((other) => other.port === port && port !== 0 && isIPv4(other.host));
  server.listen(fd === undefined ? { host, port, ipv6Only, backlog: BACKLOG } : { fd });
  await promise;
  server.off('error', reject).on('error', (error) => log.error('Cannot accept', { error }));
  const { address, port: actual } = server.address() as AddressInfo;
  return { server, address: { host: address, port: actual }, implicit };
}
