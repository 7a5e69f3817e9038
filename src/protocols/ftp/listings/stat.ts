import { parseListArguments } from '../../../wire/ftp/list-arguments.ts';
import { reply } from '../replies.ts';
import type { Inside, Outcome } from '../visit.ts';
import { entriesOf } from './entries.ts';
import { findTarget } from './target.ts';
import { lineOf } from './unix.ts';

/** STAT with a path: a listing on the control connection (RFC 959 §4.1.3), of bounded length. */
export async function statReply(visit: Inside, text: string): Promise<Outcome> {
  const { phase, desk } = visit;
  const wanted = parseListArguments(text);
  const status = `Status of ${wanted.path}`;
  const target = await findTarget(visit, wanted.path, wanted.itself);
  const form = lineOf(visit, wanted);
  if (target.kind === 'entry') {
    return { reply: reply(213, status, form(target.entry), 'End') };
  }
  if (!phase.session.may('list')) {
    return { reply: reply(550, 'You do not have the permission to do this') };
  }
  const lines: string[] = [];
  const selection = { ...wanted, only: target.only };
  for await (const slice of entriesOf(phase.session, target.path, desk.options, selection)) {
    lines.push(...slice.map((entry) => form(entry)));
    if (lines.length > desk.options.maxStatEntries) break;
  }
  const shown = lines.slice(0, desk.options.maxStatEntries);
  const end = shown.length < lines.length ? 'There is more; use LIST' : 'End';
  return { reply: reply(212, status, ...shown, end) };
}
