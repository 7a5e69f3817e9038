import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FILE = join(import.meta.dirname, '../RESULTS.md');

const HEAD = `# Results

Written by \`npm run bench -- --save [NAME…]\`, a section a claim; what stands below a section's end is a note by hand. Figures are medians of alternating rounds and compare within one table only. Clients and servers share the machine, over the loopback.
`;

/**
 * Puts the section of one claim in the place of its old one, or at the end. What was noted by hand
 * below it stays.
 */
export function saveSection(name: string, text: string): void {
  const old = read();
  const section = `${opening(name)}\n${text.trim()}\n${closing(name)}`;
  const from = old.indexOf(opening(name));
  const to = old.indexOf(closing(name));
  const isNew = from < 0 || to < from;
  const next = isNew
    ? `${old.trimEnd()}\n\n${section}\n`
    : old.slice(0, from) + section + old.slice(to + closing(name).length);
  writeFileSync(FILE, next);
}

function read(): string {
  try {
    return readFileSync(FILE, 'utf8');
  } catch {
    return HEAD;
  }
}

const opening = (name: string): string => `<!-- ${name} -->`;
const closing = (name: string): string => `<!-- end of ${name} -->`;
