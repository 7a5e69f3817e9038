import type { WriteStream } from 'node:tty';
import { widthOf } from './text.ts';

const CURSOR = { hide: '\u001b[?25l', show: '\u001b[?25h' } as const;
const CLEAR_LINE = '\u001b[K';
const CLEAR_BELOW = '\u001b[0J';

/**
 * A page of lines at the bottom of a terminal that is drawn over and over, with room above it for
 * what remains. Disposing takes the page away and gives the cursor back; so does any end of the
 * process but SIGKILL.
 */
export class Screen implements Disposable {
  readonly #stream: WriteStream;
  readonly #restore = () => this.#show();
  #drawn: readonly string[] = [];
  #isHidden = false;

  constructor(stream: WriteStream) {
    this.#stream = stream;
    process.on('exit', this.#restore);
  }

  get size(): { readonly columns: number; readonly rows: number } {
    // A terminal that says 0 does not know.
    return { columns: this.#stream.columns || 80, rows: this.#stream.rows || 24 };
  }

  /** @param remaining lines that are written above it, and remain */
  draw(lines: readonly string[], remaining: readonly string[] = []): void {
    this.#write(lines, remaining);
  }

  /** Writes lines that remain, above the page. */
  above(lines: readonly string[]): void {
    this.#write(this.#drawn, lines);
  }

  [Symbol.dispose](): void {
    process.off('exit', this.#restore);
    if (this.#drawn.length > 0) this.#stream.write(this.#home() + CLEAR_BELOW);
    this.#drawn = [];
    this.#show();
  }

  /**
   * All in one piece, so that nobody sees half a page; cleared line by line and from its end on:
   * tmux takes a clearing from the first line of the screen on for a page to be kept in its history.
   */
  #write(lines: readonly string[], remaining: readonly string[]): void {
    const text = [...remaining, ...lines].map((line) => `${line}${this.#rest(line)}\n`).join('');
    this.#stream.write(`${CURSOR.hide}${this.#home()}${text}${CLEAR_BELOW}`);
    this.#isHidden = true;
    this.#drawn = lines;
  }

  /** Clears what is behind a line; where nothing is, that would take its last character. */
  #rest(line: string): string {
    const width = widthOf(line);
    return width > 0 && width % this.size.columns === 0 ? '' : CLEAR_LINE;
  }

  /** To where the page begins. A terminal that became narrower has broken its lines meanwhile. */
  #home(): string {
    const { columns } = this.size;
    const rows = this.#drawn.reduce(
      (sum, line) => sum + Math.max(1, Math.ceil(widthOf(line) / columns)),
      0,
    );
    return rows === 0 ? '\r' : `\r\u001b[${rows}A`;
  }

  #show(): void {
    if (this.#isHidden) this.#stream.write(CURSOR.show);
    this.#isHidden = false;
  }
}
