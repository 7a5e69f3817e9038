import { reply } from '../replies.ts';
import { something } from './grammar.ts';
import { verb } from './verb.ts';

/** How files look on the wire. */
export const REPRESENTATION = [
  verb({
    name: 'TYPE',
    needs: ['inside'],
    grammar: something('A|I|L 8'),
    help: 'Choose text (A) or bytes as they are (I)',
    rfc: 'RFC 959 §4.1.2',
    replies: [200, 504],
    clearsRestart: true,
    run: ({ state }, text) => {
      const type = typeNamed(text);
      if (type === undefined) return { reply: reply(504, 'The types are A N, I and L 8') };
      return {
        reply: reply(200, `TYPE ${type}`),
        next: { representation: { ...state.representation, type } },
      };
    },
  }),
  verb({
    name: 'MODE',
    needs: ['inside'],
    grammar: something('S'),
    help: 'Choose how data is sent: as a stream (S)',
    rfc: 'RFC 959 §4.1.2',
    replies: [200, 504],
    clearsRestart: true,
    run: (_visit, text) => ({
      reply: /^s$/i.test(text.trim()) ? reply(200, 'MODE S') : reply(504, 'The only mode is S'),
    }),
  }),
  verb({
    name: 'STRU',
    needs: ['inside'],
    grammar: something('F'),
    help: 'Choose how files are built: without structure (F)',
    rfc: 'RFC 959 §4.1.2',
    replies: [200, 504],
    clearsRestart: true,
    run: (_visit, text) => ({
      reply: /^f$/i.test(text.trim())
        ? reply(200, 'STRU F')
        : reply(504, 'The only structure is F'),
    }),
  }),
];

function typeNamed(text: string): 'A' | 'I' | undefined {
  if (/^a(?: n)?$/i.test(text.trim())) return 'A';
  return /^(?:i|l 8)$/i.test(text.trim()) ? 'I' : undefined;
}
