import { nameOf, parentOf, type Path } from '../../base/path.ts';
import type { ConnectionPool } from '../pool.ts';
import type { RemoteEntry } from '../remote.ts';
import { TransferFailure, troubled } from '../transfer-failure.ts';

/** Folders that are remembered: files come folder by folder, and some folders at once. */
const MOST_FOLDERS = 16;

type Names = ReadonlyMap<string, RemoteEntry>;

/** What is there under a name; `unknown` where the server does not list the folder. */
export type Listed = RemoteEntry | 'nothing' | 'unknown';

/**
 * What is in the folders of a server before many files are sent there: one question for each
 * folder tells which of them need no question of their own.
 */
export class Listings {
  readonly #pool: ConnectionPool;
  readonly #folders = new Map<Path, Promise<Names | undefined>>();

  constructor(pool: ConnectionPool) {
    this.#pool = pool;
  }

  /** As it was when its folder was first asked for. @throws TransferFailure */
  async entry(path: Path, signal: AbortSignal): Promise<Listed> {
    const names = await this.#names(parentOf(path), signal);
    return names ? (names.get(nameOf(path)) ?? 'nothing') : 'unknown';
  }

  #names(folder: Path, signal: AbortSignal): Promise<Names | undefined> {
    const known = this.#folders.get(folder);
    if (known) return known;
    const asked = this.#ask(folder, signal);
    this.#folders.set(folder, asked);
    // Whoever asks next may have better luck.
    asked.catch(() => this.#folders.delete(folder));
    const [oldest] = this.#folders.keys();
    if (this.#folders.size > MOST_FOLDERS && oldest) this.#folders.delete(oldest);
    return asked;
  }

  async #ask(folder: Path, signal: AbortSignal): Promise<Names | undefined> {
    await using lease = await this.#pool.lease(signal);
    try {
      const entries = await lease.connection.list(folder, signal);
      return new Map(entries.map((entry) => [entry.name, entry]));
    } catch (error) {
      if (!(error instanceof TransferFailure) || !lease.connection.isUsable) throw error;
      if (signal.aborted) throw error;
      return troubled(error, 'not-found') ? new Map() : undefined;
    }
  }
}
