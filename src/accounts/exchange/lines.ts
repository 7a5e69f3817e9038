import type { Entry, Reading } from './entry.ts';

/** Reads a file that has an account in each line, with colons between what it says. */
export function readLines(
  text: string,
  fewest: number,
  read: (fields: readonly string[]) => Omit<Entry, 'where' | 'name'>,
  remarks: readonly string[] = [],
): Reading {
  const entries: Entry[] = [];
  const problems: string[] = [];
  for (const [index, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const where = `line ${index + 1}`;
    const fields = line.split(':');
    const [name = ''] = fields;
    if (fields.length < fewest) problems.push(`${where}: too few fields, or no file of this kind`);
    else entries.push({ where, name, ...read(fields) });
  }
  return { entries, problems, remarks: entries.length > 0 ? remarks : [] };
}

/** Ids are those of the machine the file comes from. */
export const IDS =
  'uid and gid are not used: files belong to the user that runs the server, who needs the right to write in the homes';
