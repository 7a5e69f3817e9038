/**
 * Several processes of one server: each tells the others how many of what it holds, so that limits
 * are kept together. The others hear of it a moment later, so two that are asked at the same moment
 * may both say yes; what must never be overrun (quota) is not counted here.
 */
export interface Siblings {
  /** How many this process holds from now on. @param what any key, the same in all processes */
  tell(what: string, count: number): void;
  /** How many the others hold together, as they last told. */
  held(what: string): number;
  /** Calls this whenever what others hold has changed. */
  listen(onChange: () => void): void;
}

/** What has changed: how many there are now of each. */
export type Counts = readonly (readonly [what: string, count: number])[];

/** For a server that is one process. */
export const ALONE: Siblings = { tell: () => {}, held: () => 0, listen: () => {} };

/** One process's view of the others, whatever carries the messages. */
export class SiblingCounts implements Siblings {
  readonly #post: (counts: Counts) => void;
  readonly #own = new Map<string, number>();
  readonly #unsent = new Map<string, number>();
  readonly #others = new Map<number, Map<string, number>>();
  #onChange = (): void => {};

  /** @param post takes a message to all others */
  constructor(post: (counts: Counts) => void) {
    this.#post = post;
  }

  tell(what: string, count: number): void {
    if ((this.#own.get(what) ?? 0) === count) return;
    set(this.#own, what, count);
    if (this.#unsent.size === 0) setImmediate(() => this.#send());
    this.#unsent.set(what, count);
  }

  held(what: string): number {
    let sum = 0;
    for (const counts of this.#others.values()) sum += counts.get(what) ?? 0;
    return sum;
  }

  listen(onChange: () => void): void {
    this.#onChange = onChange;
  }

  /** @param who has sent it, a number for each process */
  hear(who: number, counts: Counts): void {
    const known = this.#others.get(who) ?? new Map<string, number>();
    this.#others.set(who, known);
    for (const [what, count] of counts) set(known, what, count);
    this.#onChange();
  }

  /** That process has ended, and holds nothing any more. */
  forget(who: number): void {
    if (this.#others.delete(who)) this.#onChange();
  }

  #send(): void {
    const counts = [...this.#unsent];
    this.#unsent.clear();
    this.#post(counts);
  }
}

function set(counts: Map<string, number>, what: string, count: number): void {
  if (count === 0) counts.delete(what);
  else counts.set(what, count);
}
