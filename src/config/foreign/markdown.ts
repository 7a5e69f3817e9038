import { DIALECTS } from './index.ts';
import type { Dialect } from './dialect.ts';

const INTRODUCTION = `# Moving over from another server

\`carryon import FILE\` reads the settings of another server and prints a settings file with the same effect, with a remark on everything that has no equal. \`carryon account import FILE\` brings the accounts over, passwords included: [accounts.md](accounts.md). This page has the tables it works with.

The files that people have stored can stay where they are: \`carryon account add NAME --home DIR\` makes a home of a folder, and \`carryon quota audit --repair\` counts what is in it. The user that runs Carryon needs the right to write there.
`;

const FOOTER = '<!-- Generated from src/config/foreign. -->\n';

/** The page docs/moving-over.md. */
export function foreignMarkdown(): string {
  return [INTRODUCTION, ...DIALECTS.map(section), FOOTER].join('\n');
}

function section({ name, files, translations, instead }: Dialect): string {
  const ours = new Map<string, string>();
  for (const { from, key } of translations) {
    for (const theirs of from) ours.set(theirs, join(ours.get(theirs), `\`${key}\``));
  }
  for (const [theirs, sentence] of Object.entries(instead)) {
    if (!ours.has(theirs)) ours.set(theirs, sentence);
  }
  const rows = [...ours].map(([theirs, here]) => `| \`${theirs}\` | ${here} |`);
  const title = `## ${name}: \`carryon import ${files[0]}\``;
  return `${title}\n\n| there | here |\n|---|---|\n${rows.join('\n')}\n`;
}

function join(before: string | undefined, key: string): string {
  if (before === undefined) return key;
  return before.includes(key) ? before : `${before}, ${key}`;
}
