import { type Command, InvalidArgumentError, Option } from 'commander';
import { resolve } from 'node:path';
import { isStoredPassword } from '../../accounts/passwords/passwords.ts';
import { type AccountChanges, type SharedKey, isShared } from '../../accounts/changes.ts';
import { FIELD_ROWS, type FieldKey, flagOf } from '../../accounts/profile.ts';
import { SCHEMES } from '../../accounts/passwords/schemes.ts';

/** What a flag says. Not the value itself: commander turns null into an empty text. */
interface Said {
  readonly value: AccountChanges[FieldKey] | typeof INHERIT;
}

/** What a flag takes to say nothing any more, and what that becomes. */
const INHERIT_WORD = 'inherit';
const INHERIT = Symbol(INHERIT_WORD);

/** What the flags of {@link withProfile} say, by the names of the fields. */
export interface ProfileOptions {
  readonly enable?: boolean;
  readonly disable?: boolean;
}

/** Gives a command a flag for each thing that can be set of an account. */
export function withProfile(command: Command): Command {
  return withFields(command, (key) => key !== 'enabled');
}

/** The same for what a group can say. */
export function withSharedProfile(command: Command): Command {
  return withFields(command, isShared);
}

function withFields(command: Command, isWanted: (key: FieldKey) => boolean): Command {
  for (const [key, field] of FIELD_ROWS.filter(([key]) => isWanted(key))) {
    const parse = (text: string): Said => {
      if (text === INHERIT_WORD && isShared(key)) return { value: INHERIT };
      const value = field.read(text, Date.now());
      if (value === undefined) throw new InvalidArgumentError(field.complaint);
      // Relative to where the command was typed, as everybody expects of a path.
      return { value: key === 'home' ? resolve(text) : value };
    };
    const option = new Option(`${flagOf(field)} <${field.takes}>`, field.about);
    command.addOption(option.argParser(parse));
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
  const inherit = given.flatMap(([key, value]): SharedKey[] =>
    value === INHERIT && isShared(key) ? [key] : [],
  );
  const changes = given.filter(([, value]) => value !== INHERIT);
  return {
    ...(Object.fromEntries(changes) as AccountChanges),
    ...(inherit.length > 0 && { inherit }),
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
