import { groupAndName, type Setting } from './setting.ts';
import { ROWS } from './sources.ts';
import { GROUPS } from './table.ts';

const INTRODUCTION = `# Settings

Every setting can stand in the settings file (\`--config FILE\`, TOML), in an environment variable and in a flag of \`carryon serve\`. A variable overrides the file, a flag overrides both. A key that is not listed here is an error.

\`\`\`toml
data = "/srv/carryon"

[ftp]
listen = "[::]:2121"
passive-ports = "50000-50999"
idle-timeout = "10m"
\`\`\`

Times are written as \`250ms\`, \`90s\`, \`5m\`, \`12h\` or \`7d\`; a plain number is seconds. Sizes are written as \`64KiB\`, \`16MiB\` or \`1.5GiB\`; a plain number is bytes. A relative path counts from the folder of the settings file, or from the working folder in a variable or flag, unless its row says otherwise. An empty variable counts as not set.

On SIGHUP a running server reads its settings again and takes those that say so in the last column; it logs which others wait for a restart, and \`carryon config check\` says the same beforehand. The files of certificates are read again by themselves, and what belongs to an account acts at once.
`;

/** The page docs/settings.md. */
export function settingsMarkdown(): string {
  const sections = Object.entries(GROUPS).map(([group, title]) => {
    const rows = ROWS.filter((row) => groupAndName(row.key)[0] === group);
    const heading = group === '' ? title : `${title}: \`[${group}]\``;
    return `## ${heading}\n\n| key | default | flag and variable | what it does | a change is taken |\n|---|---|---|---|---|\n${rows.map(rowMarkdown).join('\n')}\n`;
  });
  return [INTRODUCTION, ...sections, FOOTER].join('\n');
}

const FOOTER = '<!-- Generated from src/config/table.ts. -->\n';

function rowMarkdown(row: Setting): string {
  const cells = [
    code(row.key),
    code(row.default),
    `${code(`${row.flag} ${row.kind.valueName}`)} ${code(row.variable)}`,
    row.about,
    row.taken === 'reload' ? 'on SIGHUP' : 'at a restart',
  ];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function code(text: string): string {
  return `\`${text}\``;
}
