/**
 * File name patterns: `*`, `?` and `[a-z]`, `[!a-z]`, for one name. Matching takes at most
 * (length of name × length of pattern) steps whatever the pattern is, which no translation into
 * a regular expression would promise.
 */
export type Pattern = (name: string) => boolean;

type Token =
  | { readonly kind: 'star' }
  | { readonly kind: 'one'; readonly fits: (character: string) => boolean };

/** True if this text means more than itself. */
export function isPattern(text: string): boolean {
  return /[*?[]/.test(text);
}

/** A name that begins with a dot fits only a pattern that does, too, as in a shell. */
export function compilePattern(text: string): Pattern {
  const tokens = tokenize(Array.from(text));
  return (name) => {
    if (name.startsWith('.') && !text.startsWith('.')) return false;
    return fits(Array.from(name), tokens);
  };
}

function tokenize(characters: readonly string[]): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < characters.length; at += 1) {
    const character = characters[at] ?? '';
    if (character === '*') {
      if (tokens.at(-1)?.kind !== 'star') tokens.push({ kind: 'star' });
    } else if (character === '?') {
      tokens.push({ kind: 'one', fits: () => true });
    } else {
      // A `]` right behind the bracket, or behind its `!`, is one of the characters.
      const from = at + (characters[at + 1] === '!' || characters[at + 1] === '^' ? 3 : 2);
      const close = character === '[' ? characters.indexOf(']', from) : -1;
      if (close < 0) {
        tokens.push({ kind: 'one', fits: (other) => other === character });
      } else {
        tokens.push({ kind: 'one', fits: classOf(characters.slice(at + 1, close)) });
        at = close;
      }
    }
  }
  return tokens;
}

function classOf(body: readonly string[]): (character: string) => boolean {
  const negated = body[0] === '!' || body[0] === '^';
  const members = negated ? body.slice(1) : body;
  const ranges: (readonly [string, string])[] = [];
  for (let at = 0; at < members.length; at += 1) {
    const first = members[at] ?? '';
    const last = members[at + 1] === '-' ? members[at + 2] : undefined;
    ranges.push([first, last ?? first]);
    if (last !== undefined) at += 2;
  }
  return (character) =>
    ranges.some(([first, last]) => first <= character && character <= last) !== negated;
}

/** Goes back to the last star only: whatever an earlier one could take, the last can as well. */
function fits(name: readonly string[], tokens: readonly Token[]): boolean {
  let [at, token] = [0, 0];
  let star: { readonly token: number; taken: number } | undefined;
  while (at < name.length) {
    const current = tokens[token];
    if (current?.kind === 'star') {
      star = { token, taken: at };
      token += 1;
    } else if (current?.fits(name[at] ?? '')) {
      at += 1;
      token += 1;
    } else if (star !== undefined) {
      star.taken += 1;
      at = star.taken;
      token = star.token + 1;
    } else return false;
  }
  return tokens.slice(token).every(({ kind }) => kind === 'star');
}
