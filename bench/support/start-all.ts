import type { Bench } from './claim.ts';
import type { Server, ServerName, ServerOptions } from './servers.ts';

/** Those of the servers that can be run here, in this order. */
export async function startAll(
  bench: Bench,
  names: readonly ServerName[],
  options: ServerOptions = {},
): Promise<readonly Server[]> {
  const servers: Server[] = [];
  for (const name of names) {
    const server = await bench.start(name, options);
    if (server) servers.push(server);
  }
  return servers;
}
