import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import type { IncomingMessage, Server } from 'node:http';
import type { ListenOptions } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { Log } from '../base/log.ts';
import type { MetricsOfProcess } from '../telemetry/metrics/metrics.ts';
import { askAll } from './ask.ts';
import { createServer } from './http.ts';
import type { Operator } from './operator.ts';
import { type Answer, FAILED, NOT_FOUND, ROUTES } from './routes.ts';
import { SOCKET_ENDING, within } from './sockets.ts';

/** Longer than anybody needs to say what they want, in milliseconds. */
const REQUEST_TIMEOUT_MS = 10_000;

export interface DoorParts {
  readonly operator: Operator;
  /** Where the sockets of all processes on this data folder are. */
  readonly sockets: string;
  readonly log: Log;
}

/** A way to ask a running server over HTTP: a socket in the data folder, or a port. */
export class Door implements AsyncDisposable {
  readonly #server: Server;
  readonly #close: () => Promise<void>;

  /** Where whoever may write in the data folder sees everything and ends sessions. */
  static async inFolder(parts: DoorParts): Promise<Door> {
    const { sockets } = parts;
    // The folder keeps others out: a socket is not private from its first moment on.
    await mkdir(sockets, { recursive: true, mode: 0o700 });
    const folder = await within(sockets);
    const name = `${randomBytes(8).toString('hex')}${SOCKET_ENDING}`;
    try {
      const door = await open(parts, false, { path: folder.path(name), exclusive: true });
      return new Door(door, async () => {
        await rm(`${sockets}/${name}`, { force: true });
        await folder[Symbol.asyncDispose]();
      });
    } catch (error) {
      await folder[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Where everybody who reaches the port sees health and metrics. */
  static async atPort(parts: DoorParts, where: { host: string; port: number }): Promise<Door> {
    return new Door(await open(parts, true, where), async () => {});
  }

  private constructor(server: Server, close: () => Promise<void>) {
    this.#server = server;
    this.#close = close;
  }

  /** Where it listens; undefined for a socket in a folder. */
  get address(): { readonly host: string; readonly port: number } | undefined {
    const address = this.#server.address();
    if (typeof address === 'string' || address === null) return undefined;
    return { host: address.address, port: (address satisfies AddressInfo).port };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
    await this.#close();
  }
}

async function open(parts: DoorParts, isPublic: boolean, where: ListenOptions): Promise<Server> {
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, (request, response) => {
    void answer(parts, isPublic, request).then(({ status, type, body }) =>
      response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body),
    );
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject).once('listening', resolve);
  server.listen(where);
  await promise;
  server.off('error', reject).on('error', (error) => parts.log.error('Cannot accept', { error }));
  return server.unref();
}

async function answer(
  { operator, sockets, log }: DoorParts,
  isPublic: boolean,
  { method, url = '/' }: IncomingMessage,
): Promise<Answer> {
  const path = url.split('?', 1)[0] ?? url;
  const slash = path.lastIndexOf('/');
  const name = path.slice(slash + 1);
  const route = ROUTES.find(
    (one) =>
      one.method === method &&
      (one.path === path || one.path === `${path.slice(0, slash)}/*`) &&
      (one.everybody || !isPublic),
  );
  if (!route) return NOT_FOUND;
  try {
    const allMetrics = () => askAll<MetricsOfProcess>(sockets, '/metrics/process');
    return await route.answer({ operator, name, allMetrics });
  } catch (error) {
    log.error('What an operator asked for failed', { error, method, path });
    return FAILED;
  }
}
