import { verdictOn } from '../exit-codes.ts';

/** A command that runs in the background. */
export interface BackgroundJob {
  readonly id: number;
  readonly line: string;
  /** What it has said last. */
  readonly told: () => string;
  readonly stop: () => void;
  readonly ended: Promise<void>;
}

/** The commands that run in the background of a shell. */
export class Jobs {
  readonly #running = new Map<number, BackgroundJob>();
  readonly #tell: (line: string) => void;
  #begun = 0;

  /** @param tell hears how each of them has ended */
  constructor(tell: (line: string) => void) {
    this.#tell = tell;
  }

  get running(): readonly BackgroundJob[] {
    return [...this.#running.values()];
  }

  begin(
    line: string,
    run: (signal: AbortSignal, tell: (line: string) => void) => Promise<void>,
  ): number {
    this.#begun += 1;
    const id = this.#begun;
    const controller = new AbortController();
    let last = '';
    const ended = this.#watch(id, line, () =>
      run(controller.signal, (said) => {
        last = said;
      }),
    );
    this.#running.set(id, { id, line, told: () => last, stop: () => controller.abort(), ended });
    return id;
  }

  /** Until all that run now, or the one that is named, have ended. */
  async wait(id?: number): Promise<void> {
    const meant = this.running.filter((job) => id === undefined || job.id === id);
    await Promise.all(meant.map(({ ended }) => ended));
  }

  async #watch(id: number, line: string, run: () => Promise<void>): Promise<void> {
    // What ends at once has to be in the table before it is taken out.
    await Promise.resolve();
    try {
      await run();
      this.#tell(`[${id}] done: ${line}`);
    } catch (error) {
      const { lines } = verdictOn(error);
      this.#tell(`[${id}] failed: ${line}${lines.map((one) => `\n    ${one}`).join('')}`);
    } finally {
      this.#running.delete(id);
    }
  }
}
