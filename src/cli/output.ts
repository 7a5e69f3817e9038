/** Results go to stdout, talk goes to stderr. */
export function say(...lines: readonly string[]): void {
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
}

/** For people only: what a script does not want in the results. */
export function tell(...lines: readonly string[]): void {
  process.stderr.write(lines.map((line) => `${line}\n`).join(''));
}

/** Columns as wide as their widest cell; the first row is the heading. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** A time for people, UTC; `never` or whatever `otherwise` is where there is none. */
export function formatTime(time: number | undefined, otherwise = 'never'): string {
  if (time === undefined) return otherwise;
  return `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/**
 * Columns of which the last holds sentences: on a terminal they are broken between words and go on
 * below where they began; for a file or a program each row is one line.
 */
export function sentences(
  rows: readonly (readonly string[])[],
  terminal = process.stdout.columns ?? Infinity,
): string[] {
  const before = columns(rows.map((row) => [...row.slice(0, -1), '.']));
  return rows.flatMap((row, index) => {
    const head = (before[index] ?? '').slice(0, -1);
    const width = Math.max(LEAST_WIDTH, terminal - head.length);
    return wrapped(row.at(-1) ?? '', width).map((line, at) =>
      ((at === 0 ? head : ' '.repeat(head.length)) + line).trimEnd(),
    );
  });
}

/** A sentence for people on stderr, broken between words where that is a terminal. */
export function tellSentences(...lines: readonly string[]): void {
  tell(...lines.flatMap((line) => wrapped(line, process.stderr.columns ?? Infinity)));
}

/** No sentence is squeezed into less, however narrow the terminal is. */
const LEAST_WIDTH = 30;

/** The words in lines of at most so many letters; a longer word has a line by itself. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (longer.length > width && line !== '') {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}
