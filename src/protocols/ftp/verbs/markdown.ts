import { GROUPS } from './table.ts';
import type { Verb } from './verb.ts';

const INTRODUCTION = `# FTP verbs

Every verb that the server knows, and every code that it can be answered with. What is not in a table is answered with 500; a wrong argument with 501 and the syntax; a verb that needs a login with 530; a missing permission with 550. Beside what the tables say, any verb can be answered with 451 if the server fails and 421 if the connection has to end.
`;

/** The page docs/verbs.md. */
export function verbsMarkdown(): string {
  const sections = GROUPS.map(([title, verbs]) => {
    const rows = verbs
      .flatMap((verb) => [verb, ...(verb.subcommands ?? [])])
      .map((verb) => rowMarkdown(verb));
    return `## ${title}\n\n| verb | what it does | permission | source | status | replies |\n|---|---|---|---|---|---|\n${rows.join('\n')}\n`;
  });
  return [INTRODUCTION, ...sections, '<!-- Generated from src/protocols/ftp/verbs/. -->\n'].join(
    '\n',
  );
}

function rowMarkdown(verb: Verb): string {
  const names = [verb.syntax, ...(verb.aliases ?? [])].map((name) => `\`${name}\``).join(', ');
  const permission = [verb.permission ?? []].flat().join(' or ');
  const status = verb.refusal === undefined ? 'done' : 'refused';
  const replies = verb.replies.join(', ');
  const cells = [names, verb.refusal ?? verb.help, permission, verb.rfc, status, replies];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
