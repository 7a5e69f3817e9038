import { EXIT } from '../exit-codes.ts';

/** What ends the program if it comes twice, and what it then ends with. */
const SIGNALS = {
  SIGINT: EXIT.interrupted,
  SIGTERM: EXIT.terminated,
  SIGHUP: EXIT.terminated,
} as const;

/**
 * Listens to whoever wants to stop: the first signal stops cleanly, through `signal`, the second at
 * once. Disposing gives the signals back.
 */
export class Interruption implements Disposable {
  readonly #controller = new AbortController();
  readonly #onFirst: () => void;
  #exit: number | undefined;

  /** @param onFirst told once, when the first signal came */
  constructor(onFirst: () => void) {
    this.#onFirst = onFirst;
    for (const name of names()) process.on(name, this.#hear);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** What to end with; undefined if nobody has stopped it. */
  get exit(): number | undefined {
    return this.#exit;
  }

  [Symbol.dispose](): void {
    for (const name of names()) process.off(name, this.#hear);
  }

  readonly #hear = (name: NodeJS.Signals): void => {
    const exit = SIGNALS[name as keyof typeof SIGNALS];
    // What was said to be durable is: nothing is lost by going at once.
    if (this.#exit !== undefined) process.exit(exit);
    this.#exit = exit;
    this.#onFirst();
    this.#controller.abort();
  };
}

function names(): readonly NodeJS.Signals[] {
  return Object.keys(SIGNALS) as (keyof typeof SIGNALS)[];
}
