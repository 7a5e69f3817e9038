import type { Ends } from './proxies.ts';
import type { Room } from './room.ts';
import type { Desk } from './visit.ts';

/** What the desk of a control connection is furnished with: what only that connection can do. */
export type Furniture = Pick<Desk, 'signal' | 'prepareTls' | 'serverName' | 'progress'>;

/** The desk of one control connection: it stands in the room, and copies nothing of it. */
export function furnishDesk(room: Room, ends: Ends, furniture: Furniture): Desk {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what Object.create cannot say
  const inRoom = Object.create(room) as Room;
  const ports = room.passivePorts.ofSession(ends.peer, ends.local);
  return Object.assign(inRoom, ends, furniture, {
    log: room.log.with({ peer: ends.peer }),
    charset: room.charsets.find(ends.peer),
    listen: () => ports.wait(),
  });
}
