import type { Command } from './command.ts';
import type { ControlSight, ControlWatch } from './completion.ts';

/** The commands that have come and not been answered yet, and whether more can come. */
export class CommandQueue {
  readonly #waiting: Command[] = [];
  #arrived = 0;
  #ended = false;
  /** Made when somebody waits, and not for each command. */
  #change: PromiseWithResolvers<void> | undefined;

  get length(): number {
    return this.#waiting.length;
  }

  /** True if no more will come. */
  get ended(): boolean {
    return this.#ended;
  }

  push(command: Command): void {
    this.#waiting.push(command);
    this.#arrived += 1;
    this.wake();
  }

  end(): void {
    this.#ended = true;
    this.wake();
  }

  take(): Command | undefined {
    return this.#waiting.shift();
  }

  /** True if one of the waiting commands is `wanted`. */
  has(wanted: (command: Command) => boolean): boolean {
    return this.#waiting.some(wanted);
  }

  /** Resolves when a command comes, or the end, or somebody calls {@link wake}. */
  changed(): Promise<void> {
    this.#change ??= Promise.withResolvers();
    return this.#change.promise;
  }

  wake(): void {
    this.#change?.resolve();
    this.#change = undefined;
  }

  /** Looks at what happens here from now on. */
  watch(): ControlWatch {
    const before = this.#arrived;
    const sight = (): ControlSight => {
      if (this.has(isGoodbye)) return 'goodbye';
      if (this.#ended) return 'gone';
      return this.#arrived > before ? 'spoke' : 'silent';
    };
    return { sight, changed: () => this.changed() };
  }
}

function isGoodbye(command: Command): boolean {
  return command.kind === 'command' && command.verb?.endsSession === true;
}
