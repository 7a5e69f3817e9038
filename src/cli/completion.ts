import { Argument, type Command } from 'commander';
import { say } from './output.ts';

/** A command and what may follow its name. */
interface Node {
  /** The words that lead to it, without the program's: `queue add`. */
  readonly path: string;
  readonly words: readonly { readonly name: string; readonly about: string }[];
  readonly flags: readonly {
    readonly long: string;
    readonly short: string | undefined;
    readonly about: string;
    readonly takesValue: boolean;
    readonly choices: readonly string[];
  }[];
}

const WRITERS = { bash, zsh, fish } as const satisfies Record<
  string,
  (name: string, nodes: readonly Node[]) => string
>;

/** `carryon completion bash|zsh|fish` */
export function addCompletionCommand(program: Command): void {
  const shells = Object.keys(WRITERS) as (keyof typeof WRITERS)[];
  program
    .command('completion')
    .addArgument(new Argument('<shell>', 'whose completion it is').choices(shells))
    .action((shell: keyof typeof WRITERS) =>
      say(WRITERS[shell](program.name(), nodesOf(program)).trimEnd()),
    );
}

function nodesOf(command: Command, path = ''): readonly Node[] {
  const help = command.createHelp();
  const words = help
    .visibleCommands(command)
    .map((one) => ({ name: one.name(), about: help.subcommandDescription(one) }));
  const flags = help.visibleOptions(command).map((option) => ({
    long: option.long ?? '',
    short: option.short,
    about: option.description,
    takesValue: option.required || option.optional,
    choices: option.argChoices ?? [],
  }));
  const below = command.commands.flatMap((one) => nodesOf(one, `${path} ${one.name()}`.trim()));
  return [{ path, words, flags }, ...below];
}

/** Names of files are left to the shell, where nothing of ours fits. */
function bash(name: string, nodes: readonly Node[]): string {
  const rows = nodes.map(({ path, words, flags }) => {
    const names = quoted(words.map((word) => word.name).join(' '));
    const longs = quoted(flags.map(({ long }) => long).join(' '));
    return `    ${quoted(path)}) words=${names} flags=${longs} ;;`;
  });
  const choices = nodes.flatMap(({ path, flags }) =>
    flags
      .filter((flag) => flag.choices.length > 0)
      .map(
        (flag) =>
          `    ${quoted(`${path} ${flag.long}`)}) words=${quoted(flag.choices.join(' '))} ;;`,
      ),
  );
  return `_${name}() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  local path='' words='' flags='' word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "\${path:+$path }$word" in
      ${nodes.flatMap(({ path }) => (path === '' ? [] : [quoted(path)])).join('|')}) path="\${path:+$path }$word" ;;
    esac
  done
  case "$path" in
${rows.join('\n')}
  esac
  # A flag has to be begun: else files could not be offered.
  case "$current" in -*) words="$flags" ;; esac
  case "$path $previous" in
${choices.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _${name} ${name}
`;
}

/** By the script for bash, which zsh can run. */
function zsh(name: string, nodes: readonly Node[]): string {
  return `autoload -U +X bashcompinit && bashcompinit\n${bash(name, nodes)}`;
}

function fish(name: string, nodes: readonly Node[]): string {
  return nodes
    .flatMap(({ path, words, flags }) => {
      const names = words.map((word) => word.name).join(' ');
      const isHere = [
        ...path
          .split(' ')
          .filter(Boolean)
          .map((word) => `__fish_seen_subcommand_from ${word}`),
        ...(names === '' ? [] : [`not __fish_seen_subcommand_from ${names}`]),
      ].join('; and ');
      const begin = `complete -c ${name}${isHere === '' ? '' : ` -n ${quoted(isHere)}`}`;
      return [
        ...words.map((word) => `${begin} -f -a ${word.name} -d ${quoted(word.about)}`),
        ...flags.map(({ long, short, about, takesValue, choices }) =>
          [
            begin,
            `-l ${long.slice(2)}`,
            ...(short === undefined ? [] : [`-s ${short.slice(1)}`]),
            ...(takesValue ? ['-r'] : []),
            ...(choices.length === 0 ? [] : [`-f -a ${quoted(choices.join(' '))}`]),
            `-d ${quoted(about)}`,
          ].join(' '),
        ),
      ];
    })
    .join('\n');
}

/** As one word for any of these shells. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
