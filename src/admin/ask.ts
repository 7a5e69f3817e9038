import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { request } from './http.ts';
import { SOCKET_ENDING, within } from './sockets.ts';

/** Longer than a running server takes to answer, in milliseconds. */
const PATIENCE_MS = 5000;

interface Answered {
  readonly status: number;
  readonly body: string;
}

/** What each server process on this data folder answers to GET, where it answers 200 or 503. */
export async function askAll<T>(sockets: string, path: string): Promise<readonly T[]> {
  const answers = await askEach(sockets, 'GET', path);
  return answers
    .filter(({ status }) => status === 200 || status === 503)
    .map(({ body }) => JSON.parse(body) as T);
}

/** Tells each server process; true if one of them had it. */
export async function removeFromAny(sockets: string, path: string): Promise<boolean> {
  const answers = await askEach(sockets, 'DELETE', path);
  return answers.some(({ status }) => status === 204);
}

async function askEach(sockets: string, method: string, path: string): Promise<Answered[]> {
  const names = await readdir(sockets).catch(() => []);
  if (names.length === 0) return [];
  await using folder = await within(sockets);
  const answers = await Promise.all(
    names
      .filter((name) => name.endsWith(SOCKET_ENDING))
      .map(async (name) => {
        try {
          return await ask(folder.path(name), method, path);
        } catch (error) {
          // Whose process has died; the name would stay for ever.
          if (isRefused(error)) await rm(join(sockets, name), { force: true });
          return undefined;
        }
      }),
  );
  return answers.filter((answer) => answer !== undefined);
}

async function ask(socketPath: string, method: string, path: string): Promise<Answered> {
  const { promise, resolve, reject } = Promise.withResolvers<Answered>();
  const signal = AbortSignal.timeout(PATIENCE_MS);
  request({ socketPath, method, path, signal, agent: false }, (response) => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.once('error', reject);
    response.once('end', () =>
      resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }),
    );
  })
    .once('error', reject)
    .end();
  return promise;
}

function isRefused(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED';
}
