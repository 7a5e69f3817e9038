import { FIELD_ROWS, flagOf } from '../profile.ts';
import { SCHEMES } from '../passwords/schemes.ts';
import { SOURCES } from './sources.ts';

/** The page docs/accounts.md. */
export function accountsMarkdown(): string {
  const fields = FIELD_ROWS.map(
    ([key, field]) =>
      `| \`${field.name}\` | ${key === 'enabled' ? '`--enable`, `--disable`' : `\`${flagOf(field)} ${field.takes.toUpperCase()}\``} | ${field.about} |`,
  );
  const sources = SOURCES.map(({ name, about }) => `| \`${name}\` | ${about} |`);
  return `# Accounts

## What can be set

| name | flag of \`account add\` and \`account set\` | what it is |
|---|---|---|
${fields.join('\n')}

## Groups

\`carryon group add staff --quota 10GiB --permissions list,read\` makes a group, and \`carryon account add NAME --group staff\` puts an account into it. What an account says itself comes first, then what its group says, then what is usual; \`account show\` tells which it is. \`account set NAME --quota inherit\` takes back what an account says, \`group set staff --quota inherit\` what a group says. A change of a group acts on open sessions, as one of an account does.

## For a while

\`--expires 30d\` or \`--expires 2027-01-31\` ends an account: nobody logs in after that, and who is there has to leave. \`account list\` then shows it as expired; its files stay.

## From and to files

\`carryon account export\` writes all accounts as a table for spreadsheets (\`--format csv\`) or as JSON. With \`--hashes\` it has what passwords are checked against, so that another server can take it over; whoever gets hold of such a file can try guesses. Texts that a spreadsheet would compute get a \`'\` before them, which the import takes away.

\`carryon account import FILE\` adds the accounts of a file in one step, all of them or, if anything in it is wrong, none; \`--dry-run\` only says what would happen. Accounts that are there already stay as they are. With \`--update\` they become what the file says, but for their passwords, which takes \`--update-passwords\`. What a file does not say stays: an empty cell is nothing said, \`none\` takes a limit away.

| \`--from\` | what it is |
|---|---|
${sources.join('\n')}

Passwords are taken over as ${SCHEMES.map(({ name }) => name).join(', ')}, and all but the first are replaced by it at the next login. Whoever has another kind is there but locked, as the line of that account says, until \`carryon account passwd NAME\` sets a new password; \`--make-passwords\` makes one for each of these and shows it, so that a table of names is enough to begin with. Uid and gid are not used: files belong to the user that runs the server. The addresses that Pure-FTPd let somebody in from come over; whoever it kept out by others, by names or by hours is disabled at first.

<!-- Generated from src/accounts. -->
`;
}
