import { connect, type Socket } from 'node:net';
import type { Server } from './servers.ts';

/** A whole reply ends with a line of its code and a space (RFC 959 §4.2). */
const LAST_LINE = /(?:^|\n)(\d)\d\d [^\n]*\n$/;

/** How long nothing may happen, in milliseconds. */
const PATIENCE_MS = 60_000;

interface Options {
  /** Logins at the same time. */
  readonly width: number;
  /** True for sessions that stay; they are the caller's to end. */
  readonly keep?: boolean;
}

/**
 * Logs in so many times. Small and fast, or it would be the client that is measured.
 * @returns seconds, and the connections of those that stay
 */
export function logIn(
  server: Server,
  count: number,
  { width, keep = false }: Options,
): Promise<{ readonly seconds: number; readonly held: readonly Socket[] }> {
  const { host, port, user, password, label } = server;
  const script = [`USER ${user}\r\n`, `PASS ${password}\r\n`, ...(keep ? [] : ['QUIT\r\n'])];
  const { promise, resolve, reject } = Promise.withResolvers<{
    seconds: number;
    held: readonly Socket[];
  }>();
  const held: Socket[] = [];
  const began = performance.now();
  let [started, done] = [0, 0];

  const start = (): void => {
    if (started === count) return;
    started += 1;
    let step = 0;
    let said = '';
    const socket = connect({
      host,
      port,
      noDelay: true,
      onread: {
        buffer: shared,
        callback: (bytes) => {
          said += shared.toString('latin1', 0, bytes);
          const kind = LAST_LINE.exec(said)?.[1];
          if (kind === undefined) return true;
          if (kind !== '2' && kind !== '3') fail(socket, said);
          said = '';
          const line = script[step];
          step += 1;
          if (line === undefined) finish(socket);
          else socket.write(line, 'latin1');
          return true;
        },
      },
    });
    socket.setTimeout(PATIENCE_MS, () => fail(socket, 'nothing happened'));
    socket.on('error', (error) => fail(socket, error.message));
  };
  const finish = (socket: Socket): void => {
    if (keep) {
      held.push(socket);
      socket.setTimeout(0);
    } else socket.destroy();
    done += 1;
    if (done === count) resolve({ seconds: (performance.now() - began) / 1000, held });
    else start();
  };
  const fail = (socket: Socket, why: string): void => {
    socket.destroy();
    reject(new Error(`${label}, after ${done} logins: ${why.trim()}`));
  };
  for (let index = 0; index < width; index += 1) start();
  return promise;
}

/** Replies are short and read at once. */
const shared = Buffer.alloc(4096);
