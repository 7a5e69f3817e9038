import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below all that the system hands out by itself, so that no connection of another test gets one. */
const FIRST = 10_000;
const COUNT = 20_000;

/** Each process looks elsewhere first. */
const STEP = 16;

/**
 * The first of some consecutive ports that nobody has at the moment.
 * @throws Error of the system if this machine has no such address
 */
export async function freePorts(count: number, host = '127.0.0.1'): Promise<number> {
  for (let at = process.pid * STEP; ; at += 1) {
    const first = FIRST + (at % COUNT);
    if (await areFree(first, count, host)) return first;
  }
}

async function areFree(first: number, count: number, host: string): Promise<boolean> {
  await using servers = new AsyncDisposableStack();
  for (let port = first; port < first + count; port += 1) {
    const server = createServer().listen(port, host);
    try {
      await once(server, 'listening');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return false;
      throw error;
    }
    servers.use(server);
  }
  return true;
}
