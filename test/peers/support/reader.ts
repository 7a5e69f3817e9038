import assert from 'node:assert/strict';
import { sha256 } from './content.ts';
import { RawClient } from './raw-client.ts';
import type { Login } from './site.ts';

/** Reads a file again and again until it is stopped. */
export interface Reader {
  /** How often it has been read. */
  readonly count: number;
  /** Ends it. @throws whatever was wrong with what it read */
  stop(): Promise<void>;
}

/**
 * Reads a file again and again, and asserts each time that it is wholly one of these versions,
 * and never an earlier one than it was before.
 * @param versions their SHA-256, the oldest first
 */
export function startReader(login: Login, path: string, versions: readonly string[]): Reader {
  const stopped = new AbortController();
  let count = 0;
  async function read(): Promise<void> {
    await using client = await RawClient.login(login);
    let newest = 0;
    while (!stopped.signal.aborted) {
      const { data, last } = await client.fetch(`RETR ${path}`);
      assert.equal(last.code, 226, last.text);
      const version = versions.indexOf(sha256(data));
      assert.ok(version >= newest, `read ${count} of ${path} shows version ${version}`);
      newest = version;
      count += 1;
    }
  }
  const done = read();
  done.catch(() => {});
  return {
    get count() {
      return count;
    },
    stop: () => {
      stopped.abort();
      return done;
    },
  };
}
