import type { Write } from '../database/database.ts';
import type { Common } from '../database/shared-writes.ts';
import type { HomeRow } from '../database/tables.ts';
import { type Amount, readHome, withReserved, withSettled, writeHome } from './ledger.ts';
import { type NamesOfOthers, namesOfOthers } from './name-hold.ts';

/**
 * What those who share a transaction look up once: the ledger of a home, read with the first who
 * needs it and written behind the last, and the names that other processes change.
 */
export class SharedBooks implements Common {
  readonly #write: Write;
  readonly #homes = new Map<number, HomeRow>();
  readonly #names = new Map<number, NamesOfOthers>();

  constructor(write: Write) {
    this.#write = write;
  }

  /**
   * Sets room aside for an upload whose record says so from its beginning.
   * @throws Failure `quota-exceeded`: then nothing is set aside
   */
  async reserve(homeId: number, amount: Amount): Promise<void> {
    this.#homes.set(homeId, withReserved(await this.#home(homeId), amount));
  }

  /** What was set aside is given back, and what has become of it is added to what is committed. */
  async settle(homeId: number, reserved: Amount, committed: Amount): Promise<void> {
    this.#homes.set(homeId, withSettled(await this.#home(homeId), reserved, committed));
  }

  /** The names that other processes change: nobody can take more of them while this lasts. */
  async namesOfOthers(homeId: number, process: string): Promise<NamesOfOthers> {
    const known = this.#names.get(homeId);
    if (known) return known;
    const found = await namesOfOthers(this.#write, homeId, process);
    this.#names.set(homeId, found);
    return found;
  }

  /** Has to come before the ledger is read or changed in any other way, too. */
  async end(): Promise<void> {
    for (const home of this.#homes.values()) await writeHome(this.#write, home);
    this.#homes.clear();
  }

  async #home(homeId: number): Promise<HomeRow> {
    return this.#homes.get(homeId) ?? (await readHome(this.#write, homeId));
  }
}
