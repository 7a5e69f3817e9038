import { CORPUS } from './corpus.ts';
import { EXCEPTIONS } from './exceptions.ts';
import { READERS } from './readers.ts';

/** The part of docs/compliance.md about names. */
export function namesMarkdown(): string {
  const unlisted = CORPUS.filter(({ listed }) => !listed).map(({ idea }) => idea);
  const readers = Object.keys(READERS).join('; ');
  const exceptions = EXCEPTIONS.map(
    ({ readers, ideas, because }) => `| ${readers.join('; ')} | ${ideas.join('; ')} | ${because} |`,
  );
  return `## Hostile names

${CORPUS.length} files lie in one folder under names that were made to break listings: spaces at either end, quotes, flags, patterns, control characters, escape sequences, bytes that are not UTF-8, composed and decomposed letters, 255 bytes, names that look like lines of \`ls\`, facts, dates or replies (\`test/names/corpus.ts\`). Programs that people use read them back, byte for byte, and fetch each file: ${readers}.

Names with ${unlisted.join('; ')} cannot stand in a line: listings leave them out, and nothing forged stands there instead. All others come through, but for these:

| program | name with | because |
|---|---|---|
${exceptions.join('\n')}
`;
}
