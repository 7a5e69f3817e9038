import type { Ends } from './proxies.ts';
import type { Room } from './room.ts';
import type { Desk } from './visit.ts';

/** What the desk of a control connection is furnished with: what only that connection can do. */
export type Furniture = Pick<Desk, 'signal' | 'prepareTls' | 'serverName' | 'progress'>;

/** The desk of one control connection. */
export function furnishDesk(room: Room, ends: Ends, furniture: Furniture): Desk {
  return {
    ...room,
    ...ends,
    ...furniture,
    log: room.log.with({ peer: ends.peer }),
    charset: room.charsets.find(ends.peer),
    listen: () => room.passivePorts.wait(ends.peer, ends.local),
  };
}
