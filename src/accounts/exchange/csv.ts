/** A text that a spreadsheet would take for a formula and compute (OWASP, CSV Injection). */
const FORMULA = /^[=+\-@\t\r]/;

/** What is written before such a text, so that it stays a text; `'` itself gets one, too. */
const QUOTE = "'";

/** Writes rows as RFC 4180 says, so that a spreadsheet shows each text as it is and computes none. */
export function formatCsv(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => `${row.map(formatCell).join(',')}\r\n`).join('');
}

function formatCell(text: string): string {
  const inert = FORMULA.test(text) || text.startsWith(QUOTE) ? QUOTE + text : text;
  return /[",;\r\n]|^\s|\s$/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}

/** One row of a file, and the line where it begins. */
export interface CsvRow {
  readonly line: number;
  readonly cells: readonly string[];
}

/**
 * Reads what {@link formatCsv} or a spreadsheet has written: with commas or semicolons, whichever
 * the first line has more of; with any line ends; with or without a byte order mark. Empty lines
 * are left out. Undefined if a quoted text has no end.
 */
export function parseCsv(text: string): readonly CsvRow[] | undefined {
  const bare = text.replace(/^\uFEFF/, '');
  const [first = ''] = bare.split('\n', 1);
  const separator = first.split(';').length > first.split(',').length ? ';' : ',';
  const rows: CsvRow[] = [];
  let cells: string[] = [];
  let line = 1;
  let begins = 1;
  // A cell, quoted or not, and what follows it.
  const pattern = new RegExp(
    `(?:"((?:[^"]|"")*)"|([^"${separator}\\r\\n]*))(${separator}|\\r?\\n|\\r|$)`,
    'y',
  );
  while (pattern.lastIndex < bare.length || cells.length > 0) {
    const match = pattern.exec(bare);
    if (match === null) return undefined;
    const [whole, quoted, plain = '', end] = match;
    cells.push(unguarded(quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"')));
    line += whole.match(/\r\n|\r|\n/g)?.length ?? 0;
    if (end === separator) continue;
    if (cells.some((cell) => cell !== '')) rows.push({ line: begins, cells });
    cells = [];
    begins = line;
    if (end === '') break;
  }
  return rows;
}

function unguarded(text: string): string {
  const inner = text.slice(QUOTE.length);
  const isGuarded = text.startsWith(QUOTE) && (FORMULA.test(inner) || inner.startsWith(QUOTE));
  return isGuarded ? inner : text;
}
