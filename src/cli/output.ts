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
