import type { Version } from './content.ts';
import { NameModel, list, same } from './model.ts';
import { hold } from './violation.ts';

/** One name of one account, and all that is known of it. */
export class LiveName {
  readonly account: string;
  readonly path: string;
  readonly model = new NameModel();
  /** The content that clients are trying to bring here, until one has. */
  job: Version | undefined;
  /** Held by the client who changes it: everything else at once is done on purpose. */
  isTaken = false;
  /** Contents of which an unfinished upload may be the beginning. */
  #leftovers = new Map<string, Version>();
  /** From where the server said one can go on; undefined if nothing is certain. */
  #exact: number | undefined;
  /** The same for those who promise the whole: only what came with that promise counts for them. */
  #promised: number | undefined;
  /** The same as it was shown, one byte short, where nothing else has the name. */
  #shown: number | undefined;
  /** A new upload may be on its way still, and be told of instead of the one before. */
  #isUnsure = false;

  constructor(account: string, path: string) {
    this.account = account;
    this.path = path;
  }

  /** An unfinished upload may be left of it from now on. */
  mayLeave(version: Version): void {
    this.#leftovers.set(version.key, version);
  }

  /** True if whatever is unfinished here can only be the beginning of this content. */
  leavesOnly(version: Version): boolean {
    return [...this.#leftovers.keys()].every((key) => key === version.key);
  }

  get leavesNothing(): boolean {
    return this.#leftovers.size === 0;
  }

  /** Where the last reply said that it goes on. */
  get exact(): number | undefined {
    return this.#exact;
  }

  /** An upload from the first byte has ended, and nobody knows how. */
  lostFresh(): void {
    this.#isUnsure = true;
  }

  /** Another life of the server: nothing of the last one can happen any more. */
  settle(): void {
    this.model.settle();
    this.#isUnsure = false;
  }

  /** Something was committed here: what was unfinished is gone, unless it is still moving. */
  committed(): void {
    this.job = undefined;
    if (!this.model.isMoving) this.#leftovers.clear();
    this.forget();
  }

  /** It was committed before, by an attempt that heard nothing; later ones may have left something. */
  found(): void {
    this.job = undefined;
    this.forget();
  }

  /** Somebody begins anew, or removes something: what was told holds no longer. */
  forget(): void {
    this.#exact = undefined;
    this.#promised = undefined;
    this.#shown = undefined;
  }

  /** Somebody goes on at this byte: what was behind it is given up. */
  goesOn(at: number): void {
    const least = (told: number | undefined) => told && Math.min(told, at);
    this.#exact = least(this.#exact);
    this.#promised = least(this.#promised);
    this.#shown = least(this.#shown);
  }

  /** A reply has told what is kept. @throws Violation if it told of more before */
  toldKept(offset: number): void {
    this.#checkTold(offset, Math.max(this.#exact ?? 0, this.#shown ?? 0));
    if (this.#isUnsure) return;
    this.#exact = offset;
    if (this.#promised !== undefined) this.#promised = offset;
  }

  /** Whoever promised the whole was told what is here of it. @throws Violation likewise */
  toldPromised(offset: number): void {
    this.#checkTold(offset, this.#promised ?? 0);
    if (this.#isUnsure || offset === 0) return;
    this.#exact = offset;
    this.#promised = offset;
  }

  /** SIZE, undefined for 550. @throws Violation if what was told before is not there any more */
  toldSize(size: number | undefined): void {
    if (this.model.possible.some((value) => value !== undefined && value.length === size)) return;
    const isVisible = this.model.possible.every((value) => value === undefined);
    hold(
      size === undefined ||
        !isVisible ||
        [...this.#leftovers.values()].some((one) => size < one.length),
      () =>
        `${this.path} is shown with ${size} bytes, but only ${list([...this.#leftovers.values()])} may have begun`,
    );
    if (!isVisible) return;
    this.#checkTold(size ?? 0, Math.max(this.#shown ?? 0, (this.#exact ?? 0) - 1));
    this.#shown = this.#isUnsure ? undefined : size;
  }

  /** True if SIZE of this name can only tell of this content, finished or not. */
  showsOnly(version: Version): boolean {
    const { possible } = this.model;
    const isOnly = possible.every((value) => value === undefined || same(value, version));
    return isOnly && this.leavesOnly(version);
  }

  toString(): string {
    return `${this.account}:${this.path}`;
  }

  #checkTold(offset: number, least: number): void {
    if (this.#isUnsure) return;
    hold(
      offset >= least,
      () => `${this.toString()} can be continued at ${offset}, ${least} was told before`,
    );
  }
}
