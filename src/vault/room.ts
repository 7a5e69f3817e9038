import type { Failure } from '../base/failure.ts';
import type { HomeParts } from './context.ts';
import { type Limits, addReservation, fileTooLarge, quotaReached } from './ledger.ts';
import type { Claim } from './claim.ts';

/** How much of what is wanted may be stored, and why not more. */
interface Made {
  readonly bytes: number;
  readonly refusal: Failure | undefined;
}

/** The room that one upload has reserved. Positions and sizes in bytes. */
export class Room {
  readonly #parts: HomeParts;
  readonly #claim: Claim;
  /** Bytes at the beginning that are counted elsewhere: they belong to the version it replaces. */
  readonly #base: number;
  #reserved: number;
  #limits: Limits | undefined;

  constructor(
    parts: HomeParts,
    claim: Claim,
    from: { readonly base: number; readonly reserved: number },
  ) {
    this.#parts = parts;
    this.#claim = claim;
    this.#base = from.base;
    this.#reserved = from.reserved;
  }

  /** True if there is room for `wanted` bytes at `position` already. */
  has(position: number, wanted: number): boolean {
    const { fileBytes = Number.POSITIVE_INFINITY } = this.#limits ?? { fileBytes: 0 };
    const end = position + wanted;
    return end <= fileBytes && end <= this.#base + this.#reserved;
  }

  /** Makes room for `wanted` bytes at `position`; near a limit, for the first of them. */
  async make(position: number, wanted: number): Promise<Made> {
    const { ledger, homeId } = this.#parts;
    this.#limits ??= (await ledger.usage(homeId)).limits;
    const { fileBytes = Number.POSITIVE_INFINITY } = this.#limits;
    const allowed = Math.min(wanted, Math.max(0, fileBytes - position));
    const missing = position + allowed - this.#base - this.#reserved;
    if (missing > 0) this.#reserved += await ledger.reserve(homeId, this.#claim, missing);
    const bytes = Math.min(allowed, this.#base + this.#reserved - position);
    if (bytes === wanted) return { bytes, refusal: undefined };
    const refusal = bytes < allowed ? quotaReached(this.#limits) : fileTooLarge(this.#limits);
    return { bytes, refusal };
  }

  /** Reserves all that a file of this length will need. @throws Failure `quota-exceeded` */
  async reserveWhole(length: number): Promise<void> {
    const missing = length - this.#base - this.#reserved;
    if (missing <= 0) return;
    const { database, homeId } = this.#parts;
    await database.write((write) => addReservation(write, homeId, this.#claim, missing, 0));
    this.#reserved += missing;
  }

  /** Keeps reserved only what is stored before `offset`. */
  async giveBack(offset: number): Promise<void> {
    const surplus = this.#reserved - Math.max(0, offset - this.#base);
    if (surplus <= 0) return;
    const { database, homeId } = this.#parts;
    await database.write((write) => addReservation(write, homeId, this.#claim, -surplus, 0));
    this.#reserved -= surplus;
  }
}
