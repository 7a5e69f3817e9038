import stringWidth from 'string-width';

/** A cell of a terminal, and how it is drawn. */
interface Run {
  /** Columns from the left. */
  readonly column: number;
  readonly columns: number;
  readonly text: string;
  readonly classes: readonly string[];
}

/** Of one cell, in the units of the picture. */
const CELL = { width: 8.4, height: 19, baseline: 14 } as const;
const MARGIN = 14;

/** The styles that the progress uses, by the number that begins them (ECMA-48 §8.3.117). */
const STYLES: Readonly<Record<string, string>> = {
  1: 'bold',
  2: 'dim',
  31: 'red',
  32: 'green',
  33: 'yellow',
};
/** What ends a style that is not ended by 0. */
const ENDS: Readonly<Record<string, readonly string[]>> = {
  22: ['bold', 'dim'],
  39: ['red', 'green', 'yellow'],
};

/** Draws the lines of `tmux capture-pane -e` as they are seen in a terminal of so many columns. */
export function drawTerminal(lines: readonly string[], columns: number): string {
  const width = Math.ceil(columns * CELL.width + 2 * MARGIN);
  const height = lines.length * CELL.height + 2 * MARGIN;
  const texts = lines.flatMap((line, row) => runsOf(line).map((run) => textOf(run, row)));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="carryon put, with a line of progress for each file">
<style>
rect { fill: #16181d }
text { fill: #d8dce3; font: 14px ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, 'Noto Sans Mono CJK JP', monospace; white-space: pre }
.bold { font-weight: bold }
.dim { fill: #7f8794 }
.red { fill: #f07178 }
.green { fill: #a5d6a7 }
.yellow { fill: #ffcb6b }
</style>
<rect width="${width}" height="${height}" rx="8"/>
${texts.join('\n')}
</svg>
`;
}

/** The words of a line, each where it stands: fonts that are not quite as wide do no harm. */
function runsOf(line: string): readonly Run[] {
  const runs: Run[] = [];
  const classes = new Set<string>();
  let column = 0;
  // oxlint-disable-next-line no-control-regex -- styles begin with ESC
  for (const part of line.split(/(\u001b\[[\d;]*m)/)) {
    if (part.startsWith('\u001b')) {
      for (const number of part.slice(2, -1).split(';')) restyle(classes, number);
      continue;
    }
    for (const word of part.split(/( {2,})/)) {
      const width = stringWidth(word);
      if (word.trim() !== '') {
        runs.push({ column, columns: width, text: word, classes: [...classes] });
      }
      column += width;
    }
  }
  return runs;
}

function restyle(classes: Set<string>, number: string): void {
  if (number === '' || number === '0') classes.clear();
  for (const ended of ENDS[number] ?? []) classes.delete(ended);
  const style = STYLES[number];
  if (style !== undefined) classes.add(style);
}

function textOf({ column, columns, text, classes }: Run, row: number): string {
  const x = (MARGIN + column * CELL.width).toFixed(1);
  const y = MARGIN + row * CELL.height + CELL.baseline;
  const length = (columns * CELL.width).toFixed(1);
  const style = classes.length === 0 ? '' : ` class="${classes.join(' ')}"`;
  return `<text x="${x}" y="${y}" textLength="${length}" lengthAdjust="spacingAndGlyphs"${style}>${escaped(text)}</text>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
