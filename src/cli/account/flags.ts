import { type Command, InvalidArgumentError, Option } from 'commander';
import { resolve } from 'node:path';
import { isStoredPassword } from '../../accounts/passwords/passwords.ts';
import { type AccountChanges, FIELD_ROWS, type FieldKey, flagOf } from '../../accounts/profile.ts';
import { SCHEMES } from '../../accounts/passwords/schemes.ts';

/** What a flag says. Not the value itself: commander turns null into an empty text. */
interface Said {
  readonly value: AccountChanges[FieldKey];
}

/** What the flags of {@link withProfile} say, by the names of the fields. */
export interface ProfileOptions {
  readonly enable?: boolean;
  readonly disable?: boolean;
}

/** Gives a command a flag for each thing that can be set of an account. */
export function withProfile(command: Command): Command {
  for (const [key, field] of FIELD_ROWS) {
    if (key === 'enabled') continue;
    const parse = (text: string): Said => {
      const value = field.read(text, Date.now());
      if (value === undefined) throw new InvalidArgumentError(field.complaint);
      // Relative to where the command was typed, as everybody expects of a path.
      return { value: key === 'home' ? resolve(text) : value };
    };
    command.addOption(
      new Option(`${flagOf(field)} <${field.takes}>`, field.about).argParser(parse),
    );
  }
  return command;
}

/** What the flags change. */
export function changesOf(options: ProfileOptions): AccountChanges {
  const said = options as Readonly<Record<string, Said | undefined>>;
  const given = FIELD_ROWS.flatMap(([key, { name }]) => {
    const one = key === 'enabled' ? undefined : said[name];
    return one === undefined ? [] : [[key, one.value] as const];
  });
  return {
    ...(Object.fromEntries(given) as AccountChanges),
    ...(options.enable && { enabled: true }),
    ...(options.disable && { enabled: false }),
  };
}

export const passwordStdin = () =>
  new Option('--password-stdin', 'read the password from the first line of standard input');

export const passwordHash = () =>
  new Option(
    '--password-hash <hash>',
    `import a hash (${SCHEMES.map(({ name }) => name).join(', ')}); the next login replaces all but the first`,
  ).argParser((text: string) => {
    if (isStoredPassword(text)) return text;
    throw new InvalidArgumentError('This is no hash of a kind that can be imported.');
  });
