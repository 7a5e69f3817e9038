import type { WriteStream } from 'node:tty';
import { styleText } from 'node:util';
import type { Clock } from '../../base/clock.ts';
import { printable } from '../../telemetry/printable.ts';
import { Board } from './board.ts';
import { type Ended, endingLine } from './ending.ts';
import { page } from './page.ts';
import type { Loudness, Progress, Summary, Title, Track } from './progress.ts';
import type { Paint, Tone } from './row.ts';
import { Screen } from './screen.ts';
import { summaryLine } from './summary-line.ts';

/** Milliseconds between two pictures. */
const FRAME = 125;

/** Shows transfers at a terminal. */
export class LiveProgress implements Progress {
  readonly #screen: Screen;
  readonly #board: Board;
  readonly #clock: Clock;
  readonly #paint: Paint;
  readonly #loudness: Loudness;
  readonly #closing = new AbortController();
  readonly #stream: WriteStream;
  readonly #redraw = () => this.#draw();

  constructor(stream: WriteStream, clock: Clock, loudness: Loudness) {
    this.#stream = stream;
    this.#screen = new Screen(stream);
    this.#board = new Board(clock.monotonic());
    this.#clock = clock;
    this.#loudness = loudness;
    this.#paint = painter(stream);
    stream.on('resize', this.#redraw);
    void this.#run();
  }

  expect(files: number, bytes: number | undefined): void {
    this.#board.expect(files, bytes);
  }

  begin(title: Title): Track {
    const running = this.#board.begin(title, this.#clock.monotonic());
    return {
      listen: (event) => {
        this.#board.listen(running, event, this.#clock.monotonic());
        // The reason is gone from the page with the next attempt.
        if (event.kind === 'retry') this.note(`${title.name}: ${event.because}`);
      },
      end: (ending) => {
        this.#board.end(running, ending);
        if (ending.kind === 'over') return;
        this.#tell(title, ending, this.#clock.monotonic() - running.began);
      },
    };
  }

  summarize(summary: Summary): void {
    this.note(summaryLine(summary));
  }

  note(...lines: readonly string[]): void {
    // What a server says may be among it.
    this.#screen.above(lines.map(printable));
  }

  [Symbol.dispose](): void {
    this.#closing.abort();
    this.#stream.off('resize', this.#redraw);
    this.#screen[Symbol.dispose]();
  }

  /** Among many files, those that went well are told only to whoever wants to know. */
  #tell(title: Title, ending: Ended, milliseconds: number): void {
    const isBatch = this.#board.totals.files !== 1;
    if (ending.kind !== 'failed' && isBatch && this.#loudness.verbosity === 0) return;
    const line = endingLine(title, ending, milliseconds);
    // Its own line is gone from the page, where it would else be seen beside this one.
    this.#screen.draw(this.#page(), [ending.kind === 'failed' ? this.#paint('bad', line) : line]);
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      this.#draw();
      // It ends by being closed, and only so.
      await this.#clock.sleep(FRAME, signal).catch(() => {});
    }
  }

  #draw(): void {
    const lines = this.#page();
    if (lines.length > 0) this.#screen.draw(lines);
  }

  /** Nothing as long as nothing has begun, and once a single file has ended. */
  #page(): readonly string[] {
    const { running, totals } = this.#board;
    const shown = running.map(({ title, state }) => ({ name: title.name, state }));
    if (shown.length === 0 && (totals.ended === 0 || totals.files === 1)) return [];
    return page(shown, totals, this.#screen.size, this.#clock.monotonic(), this.#paint);
  }
}

const STYLES = {
  plain: [],
  good: ['green'],
  warning: ['yellow'],
  bad: ['red'],
  faint: ['dim'],
} as const satisfies Record<Tone, readonly string[]>;

/** Colours as far as the terminal has them and NO_COLOR does not forbid them. */
function painter(stream: WriteStream): Paint {
  return (tone, text) => {
    const style = STYLES[tone];
    return style.length === 0 ? text : styleText([...style], text, { stream });
  };
}
