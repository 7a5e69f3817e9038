import { Failure } from '../../base/failure.ts';
import { columns, say } from '../output.ts';
import { type Verb } from './verb.ts';
import { HERE } from './verbs-here.ts';
import { LOOKING } from './verbs-looking.ts';
import { THERE } from './verbs-there.ts';
import { TRANSFERS } from './verbs-transfers.ts';

const HELP: Verb = {
  name: 'help',
  aliases: ['?'],
  usage: '[WORD]',
  about: 'show all words, or one of them',
  words: [0, 1],
  completes: ['verb'],
  run: ({ words }) => {
    const [word] = words;
    if (!word) return say(...overview());
    const { name, aliases = [], usage, about } = verbFor(word.text);
    say(`${name} ${usage}`.trim(), `  ${about}`);
    if (aliases.length > 0) say(`  also: ${aliases.join(', ')}`);
  },
};

/** All words of the shell. */
export const VERBS: readonly Verb[] = [...TRANSFERS, ...THERE, ...LOOKING, ...HERE, HELP];

/** @throws Failure `name-refused` for a word that is none */
export function verbFor(text: string): Verb {
  const word = text.toLowerCase();
  const found = VERBS.find(({ name, aliases = [] }) => name === word || aliases.includes(word));
  if (found) return found;
  throw new Failure('name-refused', `There is no word "${text}"; "help" shows those there are`);
}

function overview(): string[] {
  return [
    ...columns(VERBS.map(({ name, usage, about }) => [`${name} ${usage}`.trim(), about])),
    '!COMMAND  run a command on this machine',
    'Quote names with spaces: "a b" or a\\ b. A & at the end runs a command in the background.',
  ];
}
