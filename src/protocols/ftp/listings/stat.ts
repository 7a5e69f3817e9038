import { reply } from '../replies.ts';
import type { Inside, Outcome } from '../visit.ts';
import { entriesOf } from './entries.ts';
import { findTarget } from './target.ts';
import { longLineOf } from './unix.ts';

/** STAT with a path: a listing on the control connection (RFC 959 §4.1.3), of bounded length. */
export async function statReply(visit: Inside, text: string): Promise<Outcome> {
  const { phase, desk } = visit;
  const target = await findTarget(visit, text);
  const longLine = longLineOf(visit);
  if (target.kind === 'entry') {
    return { reply: reply(213, `Status of ${text}`, longLine(target.entry), 'End') };
  }
  if (!phase.session.may('list')) {
    return { reply: reply(550, 'You do not have the permission to do this') };
  }
  const lines: string[] = [];
  for await (const slice of entriesOf(phase.session, target.path, desk.options, target.only)) {
    lines.push(...slice.map(longLine));
    if (lines.length > desk.options.maxStatEntries) break;
  }
  const shown = lines.slice(0, desk.options.maxStatEntries);
  const end = shown.length < lines.length ? 'There is more; use LIST' : 'End';
  return { reply: reply(212, `Status of ${text}`, ...shown, end) };
}
