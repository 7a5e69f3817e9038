import type { Clock } from '../../base/clock.ts';
import { printable } from '../../telemetry/printable.ts';
import { Board } from './board.ts';
import { endingLine } from './ending.ts';
import type { Loudness, Progress, Summary, Title, Track } from './progress.ts';
import type { Row } from './row.ts';
import { retryText, rowOf, totalRow } from './rows.ts';
import { summaryLine } from './summary-line.ts';

/** Milliseconds between two lines that say how far it is. */
const INTERVAL = 60_000;

/** How long lines are gathered that are written together, in milliseconds: many files end at once. */
const GATHERING = 100;

/** Tells of transfers in lines that remain: for logs, and for terminals that can do no more. */
export class PlainProgress implements Progress {
  readonly #board: Board;
  readonly #clock: Clock;
  /** Of one line or several. */
  readonly #write: (text: string) => void;
  readonly #loudness: Loudness;
  readonly #closing = new AbortController();
  #unwritten: string[] = [];

  constructor(write: (text: string) => void, clock: Clock, loudness: Loudness) {
    this.#board = new Board(clock.monotonic());
    this.#clock = clock;
    this.#write = write;
    this.#loudness = loudness;
    if (!loudness.isQuiet) void this.#run();
  }

  expect(files: number, bytes: number | undefined): void {
    this.#board.expect(files, bytes);
  }

  begin(title: Title): Track {
    const running = this.#board.begin(title, this.#clock.monotonic());
    return {
      listen: (event) => {
        this.#board.listen(running, event, this.#clock.monotonic());
        if (event.kind !== 'retry') return;
        const when = `${retryText(event)} in ${Math.ceil(event.wait / 1000)}s`;
        this.note(`${title.name}: ${event.because}; ${when}`);
      },
      end: (ending) => {
        this.#board.end(running, ending);
        if (ending.kind === 'over') return;
        const took = this.#clock.monotonic() - running.began;
        const line = endingLine(title, ending, took);
        if (ending.kind === 'failed') this.#say(line);
        else this.note(line);
      },
    };
  }

  summarize(summary: Summary): void {
    this.note(summaryLine(summary));
  }

  note(...lines: readonly string[]): void {
    if (this.#loudness.isQuiet) return;
    for (const line of lines) this.#say(printable(line));
  }

  [Symbol.dispose](): void {
    this.#closing.abort();
    this.#writeAll();
  }

  #say(line: string): void {
    this.#unwritten.push(line);
    if (this.#unwritten.length > 1) return;
    const gathered = this.#clock.sleep(GATHERING, this.#closing.signal);
    gathered.then(
      () => this.#writeAll(),
      () => {},
    );
  }

  #writeAll(): void {
    const lines = this.#unwritten;
    this.#unwritten = [];
    if (lines.length > 0) this.#write(lines.join('\n'));
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    for (;;) {
      await this.#clock.sleep(INTERVAL, signal).catch(() => {});
      if (signal.aborted) return;
      const { running, totals } = this.#board;
      const now = this.#clock.monotonic();
      const [only] = running;
      if (!only) continue;
      const row =
        totals.files === 1 ? rowOf(only.title.name, only.state, now) : totalRow(totals, now);
      this.note(rowText(row));
    }
  }
}

function rowText({ name, percent, bytes, status }: Row): string {
  const part = percent === undefined ? '' : `${percent}%`;
  const cells = [name, part, bytes, status.trim().replaceAll(/ {2,}/g, '  ')];
  return cells.filter((cell) => cell !== '').join('  ');
}
