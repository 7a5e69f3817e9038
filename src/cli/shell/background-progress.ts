import { systemClock } from '../../base/clock.ts';
import { Board } from '../progress/board.ts';
import type { Progress, Summary, Title, Track } from '../progress/progress.ts';
import { totalRow } from '../progress/rows.ts';
import { summaryLine } from '../progress/summary-line.ts';

/** Keeps in one line how far transfers are, for whoever asks. */
export class BackgroundProgress implements Progress {
  readonly #board = new Board(systemClock.monotonic());
  readonly #tell: (line: string) => void;

  constructor(tell: (line: string) => void) {
    this.#tell = tell;
  }

  expect(files: number, bytes: number | undefined): void {
    this.#board.expect(files, bytes);
  }

  begin(title: Title): Track {
    const running = this.#board.begin(title, systemClock.monotonic());
    return {
      listen: (event) => {
        this.#board.listen(running, event, systemClock.monotonic());
        this.#say();
      },
      end: (ending) => {
        this.#board.end(running, ending);
        this.#say();
      },
    };
  }

  summarize(summary: Summary): void {
    this.#tell(summaryLine(summary));
  }

  note(...lines: readonly string[]): void {
    this.#tell(lines.at(-1) ?? '');
  }

  [Symbol.dispose](): void {}

  #say(): void {
    const row = totalRow(this.#board.totals, systemClock.monotonic());
    const percent = row.percent === undefined ? '' : `${row.percent}%`;
    this.#tell([row.name, percent, row.bytes, row.status.trim()].filter(Boolean).join('  '));
  }
}
